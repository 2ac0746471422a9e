/**
 * Everything the library tells of a call while it runs: one closed union, from which logs, and later metrics, spans and
 * the audit, are made. No event holds the text of a prompt, a key or an answer.
 */
import * as Schema from "effect/Schema"
import { AttemptFailed, StoppedBy } from "./Failures.ts"
import { CallEnded } from "./CallEnded.ts"
import { CallTimes, ModelUse } from "./CallTimes.ts"
import { CallId, JobId, LetterId, Owner, ProviderJobId } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { DegradedModeName } from "./DegradedMode.ts"
import { KeyId } from "./Key.ts"
import { keyEvents, VaultTrouble } from "./KeyEvent.ts"
import { Operation, Outcome, Provider, QuotaScope } from "./Provider.ts"
import { ApiReason, ReasonTag, RejectionReason } from "./Reason.ts"
import { tokenEvents } from "./Token.ts"
import { SettingsChanged, SettingsRefused } from "./SettingsChange.ts"

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

/** What a call was held back by before it was let in: a full window, a pause the provider asked for, a slot, a circuit. */
export const HeldBackBy = Schema.Literals(["window", "pause", "slot", "circuit"])
export type HeldBackBy = typeof HeldBackBy.Type

/** The states of a circuit. */
export const CircuitStateName = Schema.Literals(["Closed", "Open", "HalfOpen", "Ramping", "Isolated"])
export type CircuitStateName = typeof CircuitStateName.Type

/**
 * How a call was let in. `tier` is the window it waited for.
 */
export const AdmissionFacts = Schema.Struct({
  waited: Schema.Duration,
  circuit: CircuitStateName,
  heldBackBy: Schema.optionalKey(HeldBackBy),
  tier: Schema.optionalKey(Schema.Struct({ limit: Schema.Int, windowMillis: Schema.Int }))
})
export interface AdmissionFacts extends Schema.Schema.Type<typeof AdmissionFacts> {}

/** What is told of an attempt that has ended: how it was let in is told again, so that one event says all of it. */
const ofAttempt = {
  ...common,
  attempt: Schema.Int,
  elapsed: Schema.Duration,
  admission: AdmissionFacts,
  keyId: Schema.optionalKey(KeyId)
}

/** **Units** `at` in milliseconds since 1970, durations as `Duration`, `attempt` counted from 1. */
export const CallEvent = Schema.Union([
  Schema.TaggedStruct("CallStarted", { ...common, request: RequestFacts }),
  Schema.TaggedStruct("CacheAnswered", {
    ...common,
    answer: Schema.Literals(["Fresh", "Stale", "Miss", "Bypassed", "Joined"])
  }),
  Schema.TaggedStruct("AttemptStarted", {
    ...common,
    attempt: Schema.Int,
    admission: AdmissionFacts,
    keyId: Schema.optionalKey(KeyId)
  }),
  Schema.TaggedStruct("AttemptSucceeded", { ...ofAttempt, request: RequestFacts }),
  Schema.TaggedStruct("AttemptFailed", { ...ofAttempt, failure: AttemptFailed, request: RequestFacts }),
  /** The caller has gone, or the program ends: the request was cut off, and may have been processed if it was sent. */
  Schema.TaggedStruct("AttemptInterrupted", { ...ofAttempt, isSent: Schema.Boolean, request: RequestFacts }),
  Schema.TaggedStruct("RetryScheduled", { ...common, attempt: Schema.Int, delay: Schema.Duration }),
  Schema.TaggedStruct("CallSucceeded", {
    ...common,
    attempts: Schema.Int,
    elapsed: Schema.Duration,
    cost: Cost,
    times: Schema.optionalKey(CallTimes),
    use: Schema.optionalKey(ModelUse),
    providerRequestId: Schema.optionalKey(Schema.String)
  }),
  Schema.TaggedStruct("CallFailed", {
    ...common,
    attempts: Schema.Int,
    elapsed: Schema.Duration,
    reason: ApiReason,
    outcome: Outcome,
    cost: Cost,
    times: Schema.optionalKey(CallTimes),
    stoppedBy: Schema.optionalKey(StoppedBy),
    status: Schema.optionalKey(Schema.Int),
    providerRequestId: Schema.optionalKey(Schema.String),
    request: RequestFacts
  }),
  /** Its caller has gone, or the program ends: while it waited for its turn, asked, or paused before the next attempt. */
  Schema.TaggedStruct("CallInterrupted", {
    ...common,
    attempts: Schema.Int,
    elapsed: Schema.Duration,
    cost: Cost,
    times: Schema.optionalKey(CallTimes),
    during: Schema.Literals(["waiting", "asking", "pausing"])
  }),
  CallEnded,
  Schema.TaggedStruct("FellBack", {
    ...common,
    to: Schema.Literals(["StaleAnswer", "LocalTemplate", "RawPrompt", "OtherProtocol", "EarlierImage"]),
    reason: ReasonTag
  }),
  Schema.TaggedStruct("CircuitMoved", {
    scope: QuotaScope,
    operation: Operation,
    at: Schema.Int,
    from: CircuitStateName,
    to: CircuitStateName,
    reason: Schema.String
  }),
  Schema.TaggedStruct("RoomPaused", {
    scope: QuotaScope,
    operation: Operation,
    at: Schema.Int,
    pause: Schema.Duration
  }),
  Schema.TaggedStruct("ModeChanged", {
    at: Schema.Int,
    from: DegradedModeName,
    to: DegradedModeName,
    by: Schema.Literals(["rule", "hand"])
  }),
  Schema.TaggedStruct("CallRejected", { callId: CallId, owner: Owner, at: Schema.Int, reason: RejectionReason }),
  /** A person has a failed call made again: this call is the retry, and `retryOf` the one that failed first. */
  Schema.TaggedStruct("RetriedByHand", {
    callId: CallId,
    owner: Owner,
    at: Schema.Int,
    letterId: LetterId,
    retryOf: CallId
  }),
  /** **Units** `cost` of what was asked before the defect. */
  Schema.TaggedStruct("DefectCaught", { ...common, stack: Schema.String, cost: Cost }),
  Schema.TaggedStruct("JobMoved", {
    callId: CallId,
    owner: Owner,
    at: Schema.Int,
    jobId: JobId,
    from: Schema.String,
    to: Schema.String,
    providerJobId: Schema.optionalKey(ProviderJobId),
    /** What the job has cost, once that is settled. */
    cost: Schema.optionalKey(Cost)
  }),
  /**
   * A call that waited for a job, or for an equal call under way, ends without a result: its time is over, or what it waited
   * for has failed. No request of its own has failed here, and it costs nothing: what was asked and paid is told of
   * `drivenBy`, the call whose requests these are, and by the moves of the job.
   */
  Schema.TaggedStruct("WaitEnded", {
    callId: CallId,
    owner: Owner,
    at: Schema.Int,
    jobId: Schema.optionalKey(JobId),
    drivenBy: CallId,
    reason: ApiReason,
    outcome: Outcome
  }),
  ...keyEvents,
  ...tokenEvents,
  VaultTrouble,
  SettingsChanged,
  SettingsRefused,
  /** The audit lost rows: they came faster than they could be written, or could not be written at all. */
  Schema.TaggedStruct("AuditDropped", {
    at: Schema.Int,
    count: Schema.Int,
    because: Schema.Literals(["BufferFull", "StoreFailed"])
  })
])
export type CallEvent = typeof CallEvent.Type
