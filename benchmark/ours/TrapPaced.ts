/**
 * The library's limiter: all tiers in one step.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { MakePaced } from "../traps/Paced.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"

/** Makes it. */
export const makePaced: MakePaced = async (tiers) => {
  const makeRateLimiter = await loadMakeRateLimiter()
  if (makeRateLimiter === undefined) return undefined
  const limiter = await Effect.runPromise(Scope.provide(makeRateLimiter({ limits: tiers }), Scope.makeUnsafe()))
  return {
    run: (task, signal) => Effect.runPromise(limiter.run(Effect.sync(task)), signal === undefined ? {} : { signal }),
    attempt: (task) => Effect.runPromise(limiter.run(Effect.sync(task), { maximumWait: 0 }))
  }
}
