/**
 * The library's limiter with one place, and a time limit on what passes it.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { closingEffect } from "../traps/EffectCall.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"

/** **Units** milliseconds. Absent where there is no limiter yet. */
export const withTimeLimit = async (millis: number) => {
  const makeRateLimiter = await loadMakeRateLimiter()
  if (makeRateLimiter === undefined) return undefined
  const made = makeRateLimiter({ limits: [{ limit: 1_000_000, window: "1 second" }], concurrency: 1 })
  const limiter = await Effect.runPromise(Scope.provide(made, Scope.makeUnsafe()))
  return (work: (signal: AbortSignal) => Promise<unknown>) =>
    Effect.runPromise(limiter.run(Effect.timeout(closingEffect(work), millis)))
}
