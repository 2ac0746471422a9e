/**
 * The library's limiter: all tiers at once.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { OpenLimiter } from "../adherence/Limiter.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"

/** With windows that begin at the answer, or when a request is sent. */
export const openWith =
  (accounting: "answered" | "sent"): OpenLimiter =>
  async (tiers) => {
    const makeRateLimiter = await loadMakeRateLimiter()
    if (makeRateLimiter === undefined) return undefined
    const made = makeRateLimiter({ limits: tiers, accounting, queueLimit: 100_000 })
    const limiter = await Effect.runPromise(Scope.provide(made, Scope.makeUnsafe()))
    return (task) => {
      Effect.runFork(limiter.run(Effect.sync(task)))
    }
  }
