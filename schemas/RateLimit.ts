/**
 * The limits of a quota as a person writes them: so many requests in any window of so many seconds, one tier or several.
 */
import * as Schema from "effect/Schema"

/** How many requests a window may hold. **Units** `window` in seconds. */
export const RateLimit = Schema.Struct({
  requests: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })).annotate({
    expected: "a whole number from 1 to 1000000"
  }),
  window: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2_678_400 })).annotate({
    expected: "a whole number of seconds from 1 to 2678400"
  })
})
export interface RateLimit extends Schema.Schema.Type<typeof RateLimit> {}

/** The tiers of a quota as a list. */
export const rateLimitList = (limits: RateLimit | ReadonlyArray<RateLimit>): ReadonlyArray<RateLimit> =>
  "window" in limits ? [limits] : limits

const growWithTheirWindows = (limits: RateLimit | ReadonlyArray<RateLimit>): boolean =>
  rateLimitList(limits)
    .toSorted((left, right) => left.window - right.window)
    .every((limit, index, sorted) => {
      const shorter = sorted[index - 1]
      return shorter === undefined || (shorter.window < limit.window && shorter.requests <= limit.requests)
    })

/**
 * The tiers of a quota: one limit, or a list with one limit for each window, in which no shorter window allows more than
 * a longer one. An empty list is no limit.
 */
export const RateLimits = Schema.Union([RateLimit, Schema.Array(RateLimit)]).check(
  Schema.makeFilter(growWithTheirWindows, {
    expected: "one limit for each window, and no more in a shorter window than in a longer one"
  })
)
export type RateLimits = typeof RateLimits.Type

/**
 * From when on a permit's window runs: `answered` (default) from the first byte of the answer, which is the latest
 * instant at which the provider can have counted the request; `sent` from sending, which is faster by the time an answer
 * takes, and over the limit at the provider when the way there takes longer for one request than for another.
 */
export const Accounting = Schema.Literals(["answered", "sent"])
export type Accounting = typeof Accounting.Type
