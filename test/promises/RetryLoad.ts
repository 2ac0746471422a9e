/**
 * A total outage, seen from the provider: callers who come at a rate of their own, whatever becomes of them, before, while
 * and after every request fails. What reaches the provider beside the first attempts is bounded by the retry budget.
 */
import { assert } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { FaultKind } from "../../mock-layers/simulation/Script.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { defaultCircuitConfig } from "../../src/policy/circuit-breaker/CircuitConfig.ts"
import { defaultRetryBudgetConfig } from "../../src/policy/retry/RetryBudget.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { CallStatistics } from "../../src/telemetry/CallStatistics.ts"

/** **Units** `rate` in calls a second; the three parts of the story in seconds. */
export interface Outage {
  readonly seed: number
  readonly rate: number
  readonly fault: FaultKind
  readonly isCircuitOn: boolean
  readonly healthySeconds: number
  readonly outageSeconds: number
}

const { floor, lastingBalance, ratio, windowMillis } = defaultRetryBudgetConfig

/** The most calls and retries wanted, so that it is the budget that says no. */
const settings = {
  deepseek: {
    retryLimit: 10,
    timeout: 120_000,
    rateLimit: [{ requests: 1_000_000, window: 1 }],
    queueLimit: 1_000_000,
    concurrency: 100_000
  }
}

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }, { attemptLimit: 11 }))

/** Calls at a rate, for a time; nobody waits for anybody. It ends when the last of them has ended. */
const arrivals = (rate: number, seconds: number, name: string) =>
  Effect.gen(function* () {
    const calls: Array<Fiber.Fiber<unknown>> = []
    for (let at = 0; ;) {
      const pause = (-Math.log(1 - (yield* Random.next)) / rate) * 1_000
      at += pause
      if (at >= seconds * 1_000) break
      yield* Effect.sleep(Duration.millis(pause))
      calls.push(yield* Effect.forkChild(Effect.exit(enhance(`${name}, number ${calls.length}`))))
    }
    yield* Effect.forEach(calls, (it) => Fiber.await(it), { discard: true })
  })

const throughout = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    while (fiber.pollUnsafe() === undefined) yield* TestClock.adjust("10 seconds")
    return yield* Fiber.join(fiber)
  })

/** When first attempts and retries began. **Units** milliseconds of the clock. */
interface Begun {
  readonly firsts: Array<number>
  readonly retries: Array<number>
}

const since = (instants: ReadonlyArray<number>, from: number, to: number): number =>
  instants.filter((it) => it >= from && it < to).length

/** The most that the first attempts before an instant can have left in the budget. */
const saved = (firsts: ReadonlyArray<number>, at: number): number =>
  firsts
    .filter((it) => it < at)
    .reduce((sum, it) => sum + ratio * Math.exp((it - at) / windowMillis), at === 0 ? 0 : lastingBalance)

const chatStatistics = Effect.map(
  CallStatistics.use((it) => it.snapshot),
  (all) => all.find((it) => it.operation === "chat")
)

/** Runs the story and checks the load from every tenth second of it to every later one. */
export const outage = (story: Outage): Effect.Effect<{ readonly firsts: number; readonly retries: number }> => {
  const { fault, healthySeconds, isCircuitOn, outageSeconds, rate, seed } = story
  const begun: Begun = { firsts: [], retries: [] }
  return Effect.gen(function* () {
    const handle = yield* MockHandle
    const { circuit, retryBudget } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
    if (!isCircuitOn) circuit.configure({ ...defaultCircuitConfig, observeOnly: true })

    yield* throughout(arrivals(rate, healthySeconds, "before"))
    yield* handle.setScript({ faults: [{ fault, operation: "chat" }] })
    const downAt = yield* Clock.currentTimeMillis
    yield* throughout(arrivals(rate, outageSeconds, "while"))
    const upAt = yield* Clock.currentTimeMillis

    assert.strictEqual((yield* handle.countedAt("chat")).length, begun.firsts.length + begun.retries.length)
    for (let from = 0; from < upAt; from += windowMillis) {
      for (let to = from + windowMillis; to <= upAt; to += windowMillis) {
        const windows = (to - from) / windowMillis + 1
        const allowed = ratio * since(begun.firsts, from, to) + floor * windows + saved(begun.firsts, from)
        assert.isAtMost(since(begun.retries, from, to), allowed, `seed ${seed}, from ${from} to ${to}`)
      }
    }
    const firsts = since(begun.firsts, downAt, upAt)
    const retries = since(begun.retries, downAt, upAt)

    // It is never used up for good: whoever comes alone after it may try as often as the floor says, while all is down.
    yield* handle.setScript({ faults: [{ fault: "unavailable", operation: "chat", times: floor }] })
    circuit.reset(Math.floor(upAt))
    yield* TestClock.adjust(windowMillis)
    const lone = yield* throughout(enhance("alone, after the outage"))
    assert.strictEqual(lone.attempts, floor + 1)

    // And it fills again: where one request in ten fails, nearly nobody is given up for want of it.
    yield* handle.setScript({ faults: [{ fault: "server-error", operation: "chat", rate: 0.1 }] })
    const before = yield* chatStatistics
    yield* throughout(arrivals(rate, healthySeconds, "after"))
    const after = yield* chatStatistics
    const failed = (after?.failed ?? 0) - (before?.failed ?? 0)
    const calls = (after?.calls ?? 0) - (before?.calls ?? 0)
    assert.isAtMost(failed, 1 + 0.01 * calls)
    assert.isTrue(retryBudget.withdraw(Number.MAX_SAFE_INTEGER))
    return { firsts, retries }
  }).pipe(
    Effect.provideService(CallEvents, (event) => {
      if (event._tag === "AttemptStarted") (event.attempt === 1 ? begun.firsts : begun.retries).push(event.at)
    }),
    Effect.provide(Layer.merge(Mock.layerWith({ seed, latency: 200, settings }), Logger.layer([]))),
    Random.withSeed(seed),
    Effect.orDie
  )
}
