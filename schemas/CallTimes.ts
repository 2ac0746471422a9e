/**
 * Where the time of a call went, and what a model was asked for and used. Part of the events that end a call.
 */
import * as Schema from "effect/Schema"

/**
 * The times of one call, all its attempts together.
 *
 * **Units** milliseconds of the monotonic clock, with fractions, never negative. `queue` was waited at doors (limits, slots,
 * circuit), `paused` between attempts. `provider` is from the beginning of an attempt to the last byte of its answer,
 * `connect` the part of it in which connections were made: absent where one was open already, or where the transport does
 * not say. `firstByte` (from sending) and `body` (to the last byte) are those of the last attempt that came so far. `own`
 * is what the library itself took: `total` less `queue`, `provider` and `paused`.
 */
export const CallTimes = Schema.Struct({
  queue: Schema.Finite,
  connect: Schema.optionalKey(Schema.Finite),
  firstByte: Schema.optionalKey(Schema.Finite),
  body: Schema.optionalKey(Schema.Finite),
  provider: Schema.Finite,
  paused: Schema.Finite,
  own: Schema.Finite,
  total: Schema.Finite
})
export interface CallTimes extends Schema.Schema.Type<typeof CallTimes> {}

/**
 * What a model used for an answer, as far as the answer says. **Units** tokens; those of the input that the provider had
 * in its cache are counted in `inputTokens` too.
 */
export const ModelUse = Schema.Struct({
  requestModel: Schema.String,
  responseModel: Schema.optionalKey(Schema.String),
  inputTokens: Schema.optionalKey(Schema.Int),
  cachedInputTokens: Schema.optionalKey(Schema.Int),
  outputTokens: Schema.optionalKey(Schema.Int)
})
export interface ModelUse extends Schema.Schema.Type<typeof ModelUse> {}
