/**
 * How a call is to be made, as a request over HTTP says it: the options of the library, without what the token and the headers say.
 */
import * as Schema from "effect/Schema"
import { CallOptions } from "../CallOptions.ts"

const { accept, attemptLimit, cache, fallbackOnContentRejected, fit, priority } = CallOptions.fields

/**
 * The field `options` of a request.
 *
 * **Units** `deadlineMillis` 1 to 86 400 000, the time of the whole call. Whose call it is the token says, and the
 * idempotency key is the header `Idempotency-Key`.
 */
export const CallWishes = Schema.Struct({
  deadlineMillis: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400_000 })).annotate({
      expected: "a whole number of milliseconds from 1 to 86400000"
    })
  ),
  priority,
  fit,
  attemptLimit,
  cache,
  accept,
  fallbackOnContentRejected
})
export interface CallWishes extends Schema.Schema.Type<typeof CallWishes> {}

/**
 * The headers of a request that makes something. `Prefer: wait=N` (RFC 7240) waits up to N seconds for the picture.
 */
export const creationHeaders = {
  "idempotency-key": Schema.optionalKey(Schema.String),
  prefer: Schema.optionalKey(Schema.String)
}

/** The headers of an answer that was waited for. */
export const waitedHeaders = { "preference-applied": Schema.optionalKey(Schema.String) }

/** The headers of an answer about a job that goes on: `location` is where it is looked at. */
export const underWayHeaders = { location: Schema.String, ...waitedHeaders }
