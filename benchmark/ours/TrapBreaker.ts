/**
 * The library's circuit breaker as the checks use it. Jitter and growth of the open time are off, so that the checks
 * know when it ends; all else is as it comes.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import { type BreakerOptions, type MakeBreaker, Neutral } from "../traps/Breaker.ts"
import { effectOf, endingOf, errorOf } from "../traps/EffectCall.ts"
import { loadMakeCircuitBreaker } from "./CircuitBreaker.ts"

const tripOf = (trip: BreakerOptions["trip"]) => {
  if (trip.kind === "default") return {}
  return trip.kind === "consecutive"
    ? { consecutiveFailures: trip.failures }
    : { minimumCalls: trip.minimumCalls, consecutiveFailures: trip.minimumCalls, decay: trip.window }
}

const classify = (exit: Exit.Exit<unknown, unknown>) => {
  const error = errorOf(exit)
  if (error === undefined) return "success"
  return error instanceof Neutral ? "ignored" : "failure"
}

const isRefusal = (error: unknown): boolean => Reflect.get(Object(error), "_tag") === "CircuitRefused"

/** Makes it. */
export const makeBreaker: MakeBreaker = async ({ lease, open, trip }) => {
  const makeCircuitBreaker = await loadMakeCircuitBreaker()
  if (makeCircuitBreaker === undefined) return undefined
  const breaker = await Effect.runPromise(
    makeCircuitBreaker({
      ...tripOf(trip),
      openDuration: open,
      openJitter: 0,
      openGrowth: 1,
      classify,
      ...(lease === undefined ? {} : { probeLease: lease })
    })
  )
  return {
    call: (task, signal) => endingOf(breaker.run(effectOf(task)), isRefusal, signal),
    state: () => {
      const { _tag } = Effect.runSync(breaker.state)
      return _tag === "Closed" ? "closed" : _tag === "HalfOpen" || _tag === "Ramping" ? "recovering" : "open"
    }
  }
}
