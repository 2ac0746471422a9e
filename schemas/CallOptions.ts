/**
 * What a caller may say about a call apart from the request itself.
 */
import * as Schema from "effect/Schema"
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
 * The options of every call, all optional.
 *
 * **Units** `deadline` is the time allowed from now for the whole call, all attempts and waits included (1 ms to 24 h);
 * its default is the provider's `timeout` setting. A call nested in another never outlives the outer deadline.
 */
export const CallOptions = Schema.Struct({
  deadline: Schema.optionalKey(Schema.Duration.annotate({ expected: "a Duration of at most one day" })),
  idempotencyKey: Schema.optionalKey(IdempotencyKey),
  priority: Schema.optionalKey(Priority),
  owner: Schema.optionalKey(Owner),
  fit: Schema.optionalKey(Fit)
})
export interface CallOptions extends Schema.Schema.Type<typeof CallOptions> {}
