/**
 * What a caller may say about a call apart from the request itself.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { longestDeadline } from "./Settings.ts"
import { IdempotencyKey, Owner } from "./Identifiers.ts"

/** Who goes first where calls must wait: `high` before `normal` (default) before `low`. */
export const Priority = Schema.Literals(["high", "normal", "low"])
export type Priority = typeof Priority.Type

/**
 * What happens where a provider can not give the size, format or quality asked for: `nearest` (default) takes the
 * nearest it can give and the result says asked and actual; `exact` refuses before paying.
 */
export const Fit = Schema.Literals(["nearest", "exact"])
export type Fit = typeof Fit.Type

/**
 * What the response cache may do for a call: `use` it (default, but for the mode `creative`), ask anew and keep the
 * answer (`fresh`), or neither read nor keep (`bypass`, the default of `creative`, so that asking again gives another
 * text).
 */
export const CacheUse = Schema.Literals(["use", "fresh", "bypass"])
export type CacheUse = typeof CacheUse.Type

/** The kinds of result a caller can demand, by their provenance. */
export const AcceptedProvenance = Schema.Literals(["Live", "Cached", "Stale", "OtherProvider", "Degraded"])
export type AcceptedProvenance = typeof AcceptedProvenance.Type

/**
 * The options of every call, all optional.
 *
 * **Units** `deadline` is the time allowed from now for the whole call, all attempts and waits included (1 ms to 24 h);
 * its default is the provider's `timeout` setting. A call nested in another never outlives the outer deadline.
 * `attemptLimit` bounds the requests that may cost something (completions, paid submits), 1 to 100, over everything that
 * is nested in the call; default what the retry limits come to. `accept` lists the provenances that are a result for the
 * caller; what is not in it is a failure. Default: `enhance` takes `Live`, `Cached` and `Stale`, `generate` takes `Live` and
 * `OtherProvider`, and `illustrate` takes a `Degraded` enhancement too. `fallbackOnContentRejected` (default false) lets another image
 * provider be asked after the first one refused the content.
 */
export const CallOptions = Schema.Struct({
  deadline: Schema.optionalKey(
    Schema.Duration.check(
      Schema.makeFilter(
        (deadline) =>
          Duration.isGreaterThan(deadline, Duration.zero) && Duration.isLessThanOrEqualTo(deadline, longestDeadline),
        { expected: "more than nothing and at most one day" }
      )
    ).annotate({ expected: "a Duration of at most one day" })
  ),
  idempotencyKey: Schema.optionalKey(IdempotencyKey),
  priority: Schema.optionalKey(Priority),
  owner: Schema.optionalKey(Owner),
  fit: Schema.optionalKey(Fit),
  attemptLimit: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })).annotate({
      expected: "a whole number from 1 to 100"
    })
  ),
  cache: Schema.optionalKey(CacheUse),
  accept: Schema.optionalKey(
    Schema.Array(AcceptedProvenance)
      .check(Schema.isMinLength(1))
      .annotate({ expected: "a list of Live, Cached, Stale, OtherProvider, Degraded" })
  ),
  fallbackOnContentRejected: Schema.optionalKey(Schema.Boolean)
})
export interface CallOptions extends Schema.Schema.Type<typeof CallOptions> {}
