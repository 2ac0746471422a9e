/**
 * A quota that the simulated provider enforces itself: an exact sliding window over the requests of an operation.
 *
 * A request is let through unless that would make more than `requests` of them in some half-open window
 * `[t, t + window)`; otherwise it gets a 429 in the provider's form. One that gets the 429 takes no room in the window.
 */
import * as Schema from "effect/Schema"
import { Operation } from "../../schemas/Provider.ts"
import { type InstantLog, nanosPerMilli } from "./InstantLog.ts"
import { Milliseconds } from "./Latency.ts"

/**
 * A limit.
 *
 * **Units** `requests` from 1; `window` milliseconds or a duration; `retryAfter` whole seconds, sent as that header with
 * the 429 (default: what the script says for every 429).
 */
export const RequestLimit = Schema.Struct({
  operation: Operation,
  requests: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)).annotate({ expected: "a whole number from 1" }),
  window: Milliseconds,
  retryAfter: Schema.optionalKey(
    Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)).annotate({ expected: "whole seconds from 0" })
  )
})
export interface RequestLimit extends Schema.Schema.Type<typeof RequestLimit> {}

/** The first limit that a request at `nanos` would exceed, after those that were let through. */
export const exceededLimit = (
  limits: ReadonlyArray<RequestLimit>,
  operation: Operation,
  letThrough: InstantLog,
  nanos: number
): RequestLimit | undefined =>
  limits.find((limit) => {
    if (limit.operation !== operation) return false
    const leaving = letThrough.newestNanos(operation, limit.requests)
    return leaving !== undefined && nanos - leaving < limit.window * nanosPerMilli
  })
