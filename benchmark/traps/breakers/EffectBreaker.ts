/**
 * Effect's own circuit breaker with its store in memory.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import { type BreakerOptions, type MakeBreaker, Neutral } from "../Breaker.ts"
import { effectOf, endingOf, errorOf } from "../EffectCall.ts"

const key = "provider"

const tripPolicyOf = (trip: BreakerOptions["trip"]): CircuitBreaker.TripPolicy => {
  if (trip.kind === "consecutive") return CircuitBreaker.consecutive(trip.failures)
  return trip.kind === "share"
    ? CircuitBreaker.rate({ minimumCalls: trip.minimumCalls, size: trip.minimumCalls * 2 })
    : CircuitBreaker.rate({})
}

const classify = (exit: Exit.Exit<unknown, unknown>): CircuitBreaker.Outcome => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  const error = errorOf(exit)
  return error instanceof Neutral || Exit.hasInterrupts(exit) ? CircuitBreaker.ignored : CircuitBreaker.failure()
}

const isRefusal = (error: unknown): boolean => error instanceof CircuitBreaker.CircuitBreakerError

/** Makes it. A share is of the last calls, whenever they were. */
export const makeBreaker: MakeBreaker = async ({ open, trip }) => {
  const runtime = ManagedRuntime.make(CircuitBreaker.layerStoreMemory())
  const breaker = await runtime.runPromise(
    Scope.provide(CircuitBreaker.make({ tripPolicy: tripPolicyOf(trip), openDuration: open }), Scope.makeUnsafe())
  )
  return {
    call: (task, signal) => endingOf(breaker.execute(effectOf(task), { key, classify }), isRefusal, signal),
    state: () => {
      const { _tag } = Effect.runSync(breaker.state(key))
      return _tag === "Closed" ? "closed" : _tag === "Open" ? "open" : "recovering"
    }
  }
}
