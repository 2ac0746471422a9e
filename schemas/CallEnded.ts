/**
 * How a call of a service came to its end: what a caller asked for and got, whatever number of requests it took, none of
 * them where a cache answered.
 */
import * as Schema from "effect/Schema"
import { StoppedBy } from "./Failures.ts"
import { CallId, JobId, Owner } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { Outcome } from "./Provider.ts"
import { ApiReason, RejectionReason } from "./Reason.ts"

/** What was called. `retry` is a person's, `request` a request of the pipeline that no other call made. */
export const CallMethod = Schema.Literals([
  "enhance",
  "illustrate",
  "generate",
  "submit",
  "await",
  "resume",
  "download",
  "cancel",
  "chat",
  "retry",
  "request"
])
export type CallMethod = typeof CallMethod.Type

/** Where a result came from, by its name alone. */
export const ProvenanceName = Schema.Literals(["Live", "Cached", "Stale", "OtherProvider", "Degraded"])
export type ProvenanceName = typeof ProvenanceName.Type

/**
 * The times of all requests of a call, added up.
 *
 * **Units** milliseconds of the monotonic clock, never negative. `total` is the caller's own waiting. `queue`, `connect`,
 * `firstByte`, `body`, `provider` and `paused` are sums of what `CallTimes` says of each request; they are absent where the
 * call made none. `awaited` was waited for a picture: its requests, and the pauses between polls. `own` is what the library
 * took; it is absent where the call waited for an equal one of somebody else.
 */
export const CallSums = Schema.Struct({
  queue: Schema.optionalKey(Schema.Finite),
  connect: Schema.optionalKey(Schema.Finite),
  firstByte: Schema.optionalKey(Schema.Finite),
  body: Schema.optionalKey(Schema.Finite),
  provider: Schema.optionalKey(Schema.Finite),
  paused: Schema.optionalKey(Schema.Finite),
  awaited: Schema.optionalKey(Schema.Finite),
  own: Schema.optionalKey(Schema.Finite),
  total: Schema.Finite
})
export interface CallSums extends Schema.Schema.Type<typeof CallSums> {}

/** What it came to. `Died`: a defect ended it. */
export const CallEnd = Schema.Union([
  Schema.TaggedStruct("Succeeded", {
    provenance: Schema.optionalKey(ProvenanceName),
    isSimulated: Schema.optionalKey(Schema.Boolean)
  }),
  Schema.TaggedStruct("Failed", {
    reason: ApiReason,
    outcome: Outcome,
    stoppedBy: Schema.optionalKey(StoppedBy)
  }),
  Schema.TaggedStruct("Refused", { reason: RejectionReason }),
  Schema.TaggedStruct("Interrupted", {}),
  Schema.TaggedStruct("Died", {})
])
export type CallEnd = typeof CallEnd.Type

/**
 * The event: one for each call, nested ones are part of it. `requests` are the kinds of requests it made, as
 * `provider.operation`. `cost` is that of the result: a job's is told where its picture is delivered.
 */
export const CallEnded = Schema.TaggedStruct("CallEnded", {
  callId: CallId,
  owner: Owner,
  at: Schema.Int,
  method: CallMethod,
  end: CallEnd,
  requests: Schema.Array(Schema.String),
  attempts: Schema.Int,
  cost: Schema.optionalKey(Cost),
  jobId: Schema.optionalKey(JobId),
  sums: CallSums
})
export interface CallEnded extends Schema.Schema.Type<typeof CallEnded> {}
