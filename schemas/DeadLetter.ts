/**
 * A dead letter: a call that has failed, kept with what it asked for, so that a person can look at it, mend what was
 * wrong, and have it made again.
 */
import * as Schema from "effect/Schema"
import { CallOptions } from "./CallOptions.ts"
import { EnhancementRequest } from "./Enhancement.ts"
import { StoppedBy } from "./Failures.ts"
import { CallId, JobId, LetterId, Owner, ProviderJobId } from "./Identifiers.ts"
import { IllustrationRequest } from "./Illustration.ts"
import { ImageRequest } from "./Image.ts"
import { UnprocessedReason } from "./Job.ts"
import { Cost } from "./Money.ts"
import { Operation, Outcome, Provider } from "./Provider.ts"
import { ReasonTag } from "./Reason.ts"

const Instant = Schema.Int.annotate({ expected: "milliseconds since 1970" })

/** Where the prompt was left out by choice it is absent, and asked for again. */
const promptOrNone = { prompt: Schema.optionalKey(Schema.String) }

/** What the call asked for. It holds texts of people: at rest it is sealed. */
export const LetterRequest = Schema.Union([
  Schema.TaggedStruct("Enhancement", {
    request: Schema.Struct({ ...EnhancementRequest.fields, ...promptOrNone }),
    maximumCharacters: Schema.optionalKey(Schema.Int)
  }),
  Schema.TaggedStruct("Image", { request: Schema.Struct({ ...ImageRequest.fields, ...promptOrNone }) }),
  Schema.TaggedStruct("Illustration", { request: Schema.Struct({ ...IllustrationRequest.fields, ...promptOrNone }) })
])
export type LetterRequest = typeof LetterRequest.Type

/** What was asked for, by name. */
export const LetterKind = Schema.Literals(["Enhancement", "Image", "Illustration"])
export type LetterKind = typeof LetterKind.Type

const { accept, attemptLimit, cache, fallbackOnContentRejected, fit, idempotencyKey, priority } = CallOptions.fields

/** The options of the call that hold for a retry too: all but its deadline and its owner. */
export const LetterOptions = Schema.Struct({
  accept,
  attemptLimit,
  cache,
  fallbackOnContentRejected,
  fit,
  idempotencyKey,
  priority
})
export interface LetterOptions extends Schema.Schema.Type<typeof LetterOptions> {}

/** One failed attempt. **Units** `at` in milliseconds since 1970, when it ended; `attempt` from 1. */
export const FailedAttempt = Schema.Struct({
  at: Instant,
  provider: Provider,
  operation: Operation,
  attempt: Schema.Int,
  reason: ReasonTag,
  outcome: Outcome,
  status: Schema.optionalKey(Schema.Int)
})
export interface FailedAttempt extends Schema.Schema.Type<typeof FailedAttempt> {}

/** How a call failed: the fields of the `ApiError` or the `Rejection`, as facts. */
export const LetterFailure = Schema.Struct({
  family: Schema.Literals(["ApiError", "Rejection"]),
  provider: Schema.optionalKey(Provider),
  operation: Schema.optionalKey(Operation),
  reason: UnprocessedReason,
  outcome: Outcome,
  attempts: Schema.Int,
  isRetryable: Schema.Boolean,
  stoppedBy: Schema.optionalKey(StoppedBy),
  jobId: Schema.optionalKey(JobId),
  providerJobId: Schema.optionalKey(ProviderJobId),
  providerRequestId: Schema.optionalKey(Schema.String)
})
export interface LetterFailure extends Schema.Schema.Type<typeof LetterFailure> {}

/** A retry by a person that failed as well. */
export const FailedRetry = Schema.Struct({ callId: CallId, at: Instant, reason: ReasonTag })
export interface FailedRetry extends Schema.Schema.Type<typeof FailedRetry> {}

/**
 * `Waiting` for somebody to do something about it, `Rescued` by a retry that succeeded, or `Discarded`, which forgets what
 * was asked for.
 */
export const LetterState = Schema.Union([
  Schema.TaggedStruct("Waiting", {}),
  Schema.TaggedStruct("Rescued", { callId: CallId, at: Instant, jobId: Schema.optionalKey(JobId) }),
  Schema.TaggedStruct("Discarded", { at: Instant })
])
export type LetterState = typeof LetterState.Type

/**
 * The letter. **Units** `failedAt` in milliseconds since 1970.
 *
 * **Details** `failure` is the last one: that of the last retry, where one has failed. `callId` is that of the first call.
 * `history` holds the attempts of all of them, the last fifty. `cost` is what all of it has cost, or may have cost.
 * `request` is absent where it was discarded, or can not be read any more.
 */
export const DeadLetter = Schema.Struct({
  id: LetterId,
  callId: CallId,
  owner: Owner,
  kind: LetterKind,
  failedAt: Instant,
  failure: LetterFailure,
  history: Schema.Array(FailedAttempt),
  cost: Cost,
  options: LetterOptions,
  retries: Schema.Array(FailedRetry),
  state: LetterState,
  request: Schema.optionalKey(LetterRequest)
})
export interface DeadLetter extends Schema.Schema.Type<typeof DeadLetter> {}
