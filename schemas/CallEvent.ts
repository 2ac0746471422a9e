/**
 * Everything the library tells of a call while it runs: one closed union, from which logs, and later metrics, spans and
 * the audit, are made. No event holds the text of a prompt, a key or an answer.
 */
import * as Schema from "effect/Schema"
import { AttemptFailed, StoppedBy } from "./Failures.ts"
import { CallId, JobId, Owner, ProviderJobId } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { Operation, Outcome, Provider } from "./Provider.ts"
import { ApiReason, RejectionReason } from "./Reason.ts"

const common = {
  callId: CallId,
  owner: Owner,
  provider: Provider,
  operation: Operation,
  at: Schema.Int
}

/**
 * The request of a call as it may be logged: each field's name with its length, the hash of the body, and for a refused
 * request the parameters that hold no text.
 */
export const RequestFacts = Schema.Struct({
  fieldLengths: Schema.Record(Schema.String, Schema.Int),
  bodySha256: Schema.String,
  parameters: Schema.Record(Schema.String, Schema.Json)
})
export interface RequestFacts extends Schema.Schema.Type<typeof RequestFacts> {}

/** **Units** `at` in milliseconds since 1970, durations as `Duration`, `attempt` counted from 1. */
export const CallEvent = Schema.Union([
  Schema.TaggedStruct("CallStarted", { ...common, request: RequestFacts }),
  Schema.TaggedStruct("AttemptStarted", { ...common, attempt: Schema.Int }),
  Schema.TaggedStruct("AttemptSucceeded", { ...common, attempt: Schema.Int, elapsed: Schema.Duration }),
  Schema.TaggedStruct("AttemptFailed", {
    ...common,
    attempt: Schema.Int,
    elapsed: Schema.Duration,
    failure: AttemptFailed,
    request: RequestFacts
  }),
  Schema.TaggedStruct("RetryScheduled", { ...common, attempt: Schema.Int, delay: Schema.Duration }),
  Schema.TaggedStruct("CallSucceeded", { ...common, attempts: Schema.Int, elapsed: Schema.Duration, cost: Cost }),
  Schema.TaggedStruct("CallFailed", {
    ...common,
    attempts: Schema.Int,
    elapsed: Schema.Duration,
    reason: ApiReason,
    outcome: Outcome,
    stoppedBy: Schema.optionalKey(StoppedBy),
    status: Schema.optionalKey(Schema.Int),
    providerRequestId: Schema.optionalKey(Schema.String),
    request: RequestFacts
  }),
  Schema.TaggedStruct("CallRejected", { callId: CallId, owner: Owner, at: Schema.Int, reason: RejectionReason }),
  Schema.TaggedStruct("DefectCaught", { ...common, stack: Schema.String }),
  Schema.TaggedStruct("JobMoved", {
    callId: CallId,
    owner: Owner,
    at: Schema.Int,
    jobId: JobId,
    from: Schema.String,
    to: Schema.String,
    providerJobId: Schema.optionalKey(ProviderJobId)
  })
])
export type CallEvent = typeof CallEvent.Type
