/**
 * The same policies as one writes them in Effect: retry, circuit breaker, timeout, semaphore, limiter, cache, stacked.
 */
import * as Cache from "effect/Cache"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Metric from "effect/Metric"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import { fibersMany } from "../EffectMany.ts"
import type { OpenCase } from "../PolicyCase.ts"

class CircuitOpen extends Data.TaggedError("CircuitOpen") {}

type Wrap = (task: Effect.Effect<void>) => Effect.Effect<void, unknown>

const services = Layer.mergeAll(
  RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
  CircuitBreaker.layer({
    tripPolicy: CircuitBreaker.rate({ size: 100, minimumCalls: 20 }),
    openDuration: "10 seconds"
  }).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))
)

const breakerInRef = Effect.map(Ref.make({ failures: 0, openUntil: 0 }), (state): Wrap => {
  const count = (isFailure: boolean) =>
    Ref.update(state, (it) => (isFailure ? { ...it, failures: it.failures + 1 } : { failures: 0, openUntil: 0 }))
  return (task) =>
    Effect.flatMap(Ref.get(state), (it) =>
      it.openUntil > 0
        ? Effect.fail(new CircuitOpen())
        : Effect.tap(task, () => count(false)).pipe(Effect.tapError(() => count(true)))
    )
})

const breakerBuiltIn = Effect.map(
  CircuitBreaker.CircuitBreaker,
  (breaker): Wrap =>
    (task) =>
      breaker.execute(task, { key: "deepseek" })
)

const calls = Metric.counter("calls")
const durations = Metric.histogram("durations", {
  boundaries: Metric.exponentialBoundaries({ start: 1, factor: 2, count: 12 })
})

const observed: Wrap = (task) =>
  task.pipe(
    Effect.tap(() => Effect.andThen(Metric.update(calls, 1), Metric.update(durations, 1))),
    Effect.withSpan("call")
  )

const plain: Wrap = (task) => task

const openWith =
  (breaker: Effect.Effect<Wrap, never, CircuitBreaker.CircuitBreaker>, observe: Wrap): OpenCase =>
  async () => {
    const runtime = ManagedRuntime.make(services)
    const callOf = Effect.gen(function* () {
      const limiter = yield* RateLimiter.RateLimiter
      const protect = yield* breaker
      const semaphore = yield* Semaphore.make(1_024)
      const attempt = protect(Effect.void).pipe(
        Effect.timeout("30 seconds"),
        semaphore.withPermits(1),
        (task) =>
          Effect.andThen(
            limiter.consume({ key: "deepseek", limit: 1_000_000_000, window: "1 second", onExceeded: "delay" }),
            task
          ),
        Effect.retry({ times: 3, schedule: Schedule.exponential("500 millis") })
      )
      const cache = yield* Cache.make({ capacity: 1_000, timeToLive: "1 minute", lookup: (_key: string) => attempt })
      let made = 0
      return () => observe(Effect.orDie(Cache.get(cache, `enhance:${made++}`)))
    })
    const call = await runtime.runPromise(callOf)
    return (many, workers) => runtime.runPromise(fibersMany(call, many, workers))
  }

/** With a breaker in a `Ref`. */
export const openIdiomatic: OpenCase = openWith(breakerInRef, plain)

/** The same with a counter, a histogram and a span. */
export const openObserved: OpenCase = openWith(breakerInRef, observed)

/** With Effect's own circuit breaker. */
export const openBuiltIn: OpenCase = openWith(breakerBuiltIn, plain)
