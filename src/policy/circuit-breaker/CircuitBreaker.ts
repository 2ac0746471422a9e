/**
 * A circuit breaker for any effect, as a service that needs nothing else of this library.
 *
 * **Details** Where it stands among other policies:
 * - inside a retry loop, so that it counts attempts; do not retry `CircuitRefused` before its `retryAfter`;
 * - outside the time limit of an attempt (`run(Effect.timeout(call, "10 seconds"))`): a time limit around `run` is an
 *   interruption by the caller, and says nothing of the provider.
 *
 * It never waits: what finds no place is refused.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { CircuitTransition } from "./Circuit.ts"
import type { CircuitRefused } from "./CircuitRefused.ts"
import type { CircuitState } from "./CircuitState.ts"

/**
 * The service; `makeCircuitBreaker` makes one. One breaker is one circuit: an open circuit of one operation must not
 * stop another, so give each its own.
 *
 * **Errors** `run` adds `CircuitRefused` to the errors of the effect.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CircuitBreaker, makeCircuitBreaker } from "@ludeng/providers"
 *
 * const program = Effect.gen(function* () {
 *   const breaker = yield* CircuitBreaker
 *   yield* breaker.isolate
 *   const refused = yield* Effect.flip(breaker.run(Effect.succeed("a red fox")))
 *   yield* breaker.reset
 *   const answer = yield* breaker.run(Effect.succeed("a red fox"))
 *   return [refused.reason, answer]
 * })
 * const made = Effect.provideServiceEffect(program, CircuitBreaker, makeCircuitBreaker())
 * await Effect.runPromise(made) // => ["Isolated", "a red fox"]
 * ```
 */
export class CircuitBreaker extends Context.Service<
  CircuitBreaker,
  {
    /**
     * Runs the effect if the circuit lets it pass, and counts how it ends. The caller's interruption counts neither for
     * nor against the provider, and frees the place.
     */
    readonly run: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | CircuitRefused, R>
    /** The present state. An open time that is over is seen here only after somebody has called. */
    readonly state: Effect.Effect<CircuitState>
    /** The changes of state from now on. A reader who is slow loses the oldest beyond 128. */
    readonly transitions: Stream.Stream<CircuitTransition>
    /** Refuses every call until `reset`. */
    readonly isolate: Effect.Effect<void>
    /** Closes the circuit and forgets what it has counted. */
    readonly reset: Effect.Effect<void>
    /** Whether every call passes, while all else goes on as it would. */
    readonly setObserveOnly: (observeOnly: boolean) => Effect.Effect<void>
  }
>()("@ludeng/providers/policy/circuit-breaker/CircuitBreaker") {}
