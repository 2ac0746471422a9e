/**
 * Makes a `CircuitBreaker`: a `Circuit` with Effect's clock and chance, and calls that give back their ticket however
 * they end.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import type { ConfigurationError } from "../../../schemas/Settings.ts"
import { type Circuit, type CircuitTransition, type EndOptions, makeCircuit } from "./Circuit.ts"
import type { CircuitBreaker } from "./CircuitBreaker.ts"
import { type CallVerdict, type CircuitBreakerOptions, circuitConfigOf } from "./CircuitBreakerOptions.ts"
import type { CallOutcome, Refuse, Ticket, Wait } from "./CircuitEvent.ts"
import { CircuitRefused } from "./CircuitRefused.ts"

/** How many transitions a reader may lag behind before the oldest are dropped. */
const transitionsKept = 128

const plainOutcome = (exit: Exit.Exit<unknown, unknown>): CallOutcome => (Exit.isSuccess(exit) ? "success" : "failure")

const refusalOf = (decision: Wait | Refuse): CircuitRefused => {
  if (decision._tag === "Wait") return new CircuitRefused({ reason: "Recovering" })
  const { reason, retryAfterMillis } = decision
  return new CircuitRefused(
    retryAfterMillis === undefined ? { reason } : { reason, retryAfter: Duration.millis(retryAfterMillis) }
  )
}

const endOptionsOf = ({ opensAtOnce, retryAfter }: CallVerdict): EndOptions => ({
  opensAtOnce,
  retryAfterMillis: retryAfter === undefined ? undefined : Duration.toMillis(retryAfter)
})

const transitionsOf = (circuit: Circuit): Stream.Stream<CircuitTransition> =>
  Stream.callback<CircuitTransition>(
    (queue) =>
      Effect.acquireRelease(
        Effect.sync(() => circuit.onTransition((transition) => Queue.offerUnsafe(queue, transition))),
        (end) => Effect.sync(end)
      ),
    { bufferSize: transitionsKept, strategy: "sliding" }
  )

/**
 * Makes a circuit breaker, closed. Takes the clock and the chance of the fiber that makes it.
 *
 * **Errors** `ConfigurationError` where an option is out of range: correct the program.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { makeCircuitBreaker } from "@ludeng/providers"
 *
 * const program = Effect.gen(function* () {
 *   const breaker = yield* makeCircuitBreaker({ consecutiveFailures: 2, openDuration: "30 seconds", openJitter: 0 })
 *   const call = breaker.run(Effect.fail("down"))
 *   const first = yield* Effect.flip(call)
 *   yield* Effect.flip(call)
 *   const third = yield* Effect.flip(call)
 *   const { _tag: state } = yield* breaker.state
 *   return { first, third: typeof third === "string" ? third : third.reason, state }
 * })
 * await Effect.runPromise(program) // => { first: "down", third: "CircuitOpen", state: "Open" }
 * ```
 */
export const makeCircuitBreaker = (
  options: CircuitBreakerOptions = {}
): Effect.Effect<CircuitBreaker["Service"], ConfigurationError> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const random = yield* Random.Random
    const config = yield* circuitConfigOf(options)
    const classify = options.classify ?? plainOutcome
    const circuit = makeCircuit({ config, chance: () => random.nextDoubleUnsafe() })
    const now = (): number => Math.floor(Number(clock.monotonicTimeNanosUnsafe()) / 1e6)

    const end = (ticket: Ticket, exit: Exit.Exit<unknown, unknown>): void => {
      let outcome: CallOutcome = "ignored"
      let known: EndOptions | undefined
      // Whatever `classify` does the ticket is given back, or its place stays taken until the lease ends.
      try {
        if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) return
        const verdict = classify(exit)
        known = typeof verdict === "string" ? undefined : endOptionsOf(verdict)
        outcome = typeof verdict === "string" ? verdict : verdict.outcome
      } finally {
        circuit.end(ticket, outcome, known, now())
      }
    }

    const run = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | CircuitRefused, R> =>
      Effect.uninterruptibleMask((restore): Effect.Effect<A, E | CircuitRefused, R> => {
        const decision = circuit.admit(now())
        if (decision._tag !== "Pass") return Effect.fail(refusalOf(decision))
        const { ticket } = decision
        return Effect.onExit(restore(effect), (exit) => Effect.sync(() => end(ticket, exit)))
      })

    return {
      run,
      state: Effect.sync(() => circuit.state),
      transitions: transitionsOf(circuit),
      isolate: Effect.sync(() => circuit.isolate(now())),
      reset: Effect.sync(() => circuit.reset(now())),
      setObserveOnly: (observeOnly) => Effect.sync(() => circuit.configure({ ...circuit.config, observeOnly }))
    }
  })
