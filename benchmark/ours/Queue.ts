/**
 * The library's waiting room with one place: three classes, a rate limit over all that is never reached.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { fibersBehind } from "../queue/Fibers.ts"
import type { OpenQueue } from "../queue/QueueCase.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"

/** The class of the library that is nearest. */
export const priorityOf = (waiterClass: number) => (waiterClass < 3 ? "high" : waiterClass < 7 ? "normal" : "low")

/** Opens it. */
export const open: OpenQueue = async (waiters, done, gone) => {
  const makeRateLimiter = await loadMakeRateLimiter()
  if (makeRateLimiter === undefined) return undefined
  const limiter = await Effect.runPromise(
    Scope.provide(
      makeRateLimiter({
        limits: [{ limit: 10_000_000, window: "1 hour" }],
        concurrency: 1,
        queueLimit: waiters + 1
      }),
      Scope.makeUnsafe()
    )
  )
  return fibersBehind((effect, waiterClass) => limiter.run(effect, { priority: priorityOf(waiterClass) }), done, gone)
}
