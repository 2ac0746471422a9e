/**
 * The library's limiter as a door: its places count, its rate is never reached.
 */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { MakeDoor } from "../traps/Door.ts"
import { effectOf } from "../traps/EffectCall.ts"
import { loadMakeRateLimiter } from "./RateLimiter.ts"

/** Makes it. Every caller has a longest wait, as the calls of the library have. */
export const makeDoor: MakeDoor = async ({ agingStep, places, waiting = 1_000_000 }) => {
  const makeRateLimiter = await loadMakeRateLimiter()
  if (makeRateLimiter === undefined) return undefined
  const limiter = await Effect.runPromise(
    Scope.provide(
      makeRateLimiter({
        limits: [{ limit: 1_000_000, window: "1 second" }],
        concurrency: places,
        queueLimit: waiting,
        ...(agingStep === undefined ? {} : { agingStep })
      }),
      Scope.makeUnsafe()
    )
  )
  return {
    run: (task, { priority = "high", signal } = {}) =>
      Effect.runPromise(
        limiter.run(effectOf(task), { priority, maximumWait: "1 hour" }),
        signal === undefined ? {} : { signal }
      )
  }
}
