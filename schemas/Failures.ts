/**
 * The two families of failure, never mixed. A `Rejection` is ours: no attempt began. An `ApiError` tells of at least one
 * attempt at a provider. `AttemptFailed` is one single attempt, before any policy has judged it.
 *
 * None of them holds the text of a prompt, a key, or an answer: they may be logged, stored and shown as they are.
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { CallId, JobId, ProviderJobId } from "./Identifiers.ts"
import { Cost } from "./Money.ts"
import { plain } from "./Plain.ts"
import { Operation, Outcome, Provider } from "./Provider.ts"
import { ApiReason, type Category, categoryOf, RejectionReason } from "./Reason.ts"
import { rejectionText } from "./RejectionText.ts"

/** What ended the retrying of a call, where it was not the reason of the last attempt itself. */
export const StoppedBy = Schema.Literals([
  "AttemptsExhausted",
  "DeadlineExceeded",
  "CircuitOpen",
  "RetryBudgetExhausted",
  "RateLimitExceeded",
  "HintBeyondDeadline",
  "BudgetExhausted",
  "StorageFailed"
])
export type StoppedBy = typeof StoppedBy.Type

/**
 * One attempt at a provider failed. The endpoint methods of `DeepSeek` and `NanoBanana` fail with it; the pipeline turns
 * it into a retry or an `ApiError`.
 *
 * **Details** `outcome` says what became of the request at the provider;
 * `providerRequestId` is the id under which the provider's support can find it.
 */
export class AttemptFailed extends Schema.TaggedError<AttemptFailed>()("AttemptFailed", {
  provider: Provider,
  operation: Operation,
  reason: ApiReason,
  outcome: Outcome,
  status: Schema.optionalKey(Schema.Int),
  providerRequestId: Schema.optionalKey(Schema.String)
}) {
  override get message(): string {
    return `${this.provider} ${this.operation}: ${this.reason._tag}`
  }
}

const when = (retryAfter: Duration.Duration | undefined): string =>
  retryAfter === undefined ? "" : `, not before ${Duration.format(retryAfter)} from now`

const advice = (error: {
  isRetryable: boolean
  retryAfter?: Duration.Duration
  outcome: Outcome
  reason: ApiReason
  jobId?: JobId
  providerJobId?: ProviderJobId
}): string => {
  if (error.isRetryable) {
    const again = error.providerJobId === undefined ? "" : ", as a new purchase"
    return `may be tried again${again}${when(error.retryAfter)}`
  }
  if (error.reason._tag === "GenerationTimedOut" && error.outcome === "NotSent")
    return "it still waits in our own queue, resume it: sending it again may pay twice"
  const livesOn = error.outcome === "Accepted" || error.reason._tag === "GenerationTimedOut"
  const mayBePaid = error.jobId !== undefined && (livesOn || error.outcome === "Unknown")
  return mayBePaid ? "sending it again may pay twice" : "trying again does not help"
}

/** What ended the retrying, for a person. */
const endOfRetrying: Readonly<Record<StoppedBy, string>> = {
  AttemptsExhausted: "no attempt was left",
  DeadlineExceeded: "no time was left",
  CircuitOpen: "the circuit is open",
  RetryBudgetExhausted: "the retry budget of the operation is used up",
  RateLimitExceeded: "our own limit left no time for another attempt",
  HintBeyondDeadline: "the provider asked to wait longer than the call may",
  BudgetExhausted: "a budget allowed no other attempt",
  StorageFailed: "the ledger could not be written"
}

/** What a person needs to hear of a reason besides its name. */
const factsOf = (reason: ApiReason): string => {
  switch (reason._tag) {
    case "StorageFailed":
    case "ImageRejected":
      return `, ${reason.problem}: ${reason.detail}`
    case "MalformedResponse":
    case "IncompleteResponse":
      return `, ${reason.problem}`
    case "ConnectionLost":
    case "TlsFailed":
      return `, ${reason.code}`
    case "ConnectionRefused":
    case "DnsFailed":
      return `, ${reason.host}`
    case "KeyRejected":
      return ", the key is not known there"
    case "KeyForbidden":
      return ", the key may not do this"
    case "InsufficientBalance":
      return ", the account there must be topped up"
    case "GenerationTimedOut":
      return `, not ready after ${Duration.format(reason.waited)}`
    case "RequestRejected":
    case "ContentRejected":
    case "GenerationFailed":
      return reason.detail === undefined ? "" : `, ${reason.detail}`
    default:
      return ""
  }
}

/**
 * A call that reached a provider, or tried to, has failed.
 *
 * **When to use** Catch it by its `reason` (`Effect.catchReason("ApiError", "RateLimited", …)`), or read `isRetryable`,
 * `retryAfter` and `outcome`: whether, when and how to try again.
 *
 * **Details** `attempts` counts the requests begun; `outcome` is that of the last one; `stoppedBy` tells what ended the
 * retrying; `cost` is what the failed attempts have cost or may have cost. `isRetryable` speaks of sending the same
 * request again. With a `jobId` there is a job: if it lives on, `ImageGenerator.resume(jobId)` takes it up without paying
 * twice.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ApiError, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const broke = Mock.layerWith({ scenario: "no-balance" })
 * const error = await PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })).pipe(
 *   Effect.flip,
 *   Effect.provide(broke),
 *   Effect.runPromise
 * )
 * error.reason // => { _tag: "InsufficientBalance" }
 * error instanceof ApiError && error.isRetryable // => false
 * error.outcome // => "Refused"
 * ```
 */
export class ApiError extends Schema.TaggedError<ApiError>()("ApiError", {
  provider: Provider,
  operation: Operation,
  callId: CallId,
  attempts: Schema.Int,
  outcome: Outcome,
  reason: ApiReason,
  isRetryable: Schema.Boolean,
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis),
  stoppedBy: Schema.optionalKey(StoppedBy),
  jobId: Schema.optionalKey(JobId),
  providerJobId: Schema.optionalKey(ProviderJobId),
  providerRequestId: Schema.optionalKey(Schema.String),
  cost: Schema.optionalKey(Cost)
}) {
  /** `retryAfter` for whoever does not use `Duration`. **Units** milliseconds. */
  get retryAfterMillis(): number | undefined {
    return this.retryAfter === undefined ? undefined : Duration.toMillis(this.retryAfter)
  }
  /** The group the reason belongs to. */
  get category(): Category {
    return categoryOf(this.reason)
  }
  override get message(): string {
    const attempts = this.attempts === 1 ? "1 attempt" : `${this.attempts} attempts`
    const job = this.jobId === undefined ? "" : `; job ${this.jobId}`
    const atProvider = this.providerJobId === undefined ? "" : `, the provider's ${this.providerJobId}`
    const what = `${this.reason._tag}${factsOf(this.reason)}`
    const end = this.stoppedBy === undefined ? "" : `${endOfRetrying[this.stoppedBy]}; `
    const rest = `${what} (${this.outcome}; ${end}${advice(this)})${job}${atProvider}`
    return this.category === "generation"
      ? `${this.provider}: ${rest}`
      : `${this.provider} ${this.operation} failed after ${attempts}: ${rest}`
  }
  /** Every field and the message; durations as milliseconds (`retryAfterMillis`). */
  override toJSON(): object {
    return { ...plain({ ...this }), message: this.message }
  }
}

/**
 * We refused a call before any attempt began: nothing was sent, nothing was paid. `retryAfter` says when it may be
 * accepted, where that is known.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImageGenerator } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const tooSmall = { prompt: "a red fox", parameters: { width: 10 } }
 * const rejection = await ImageGenerator.use((it) => it.generate(tooSmall)).pipe(
 *   Effect.flip,
 *   Effect.provide(Mock.layer),
 *   Effect.runPromise
 * )
 * rejection._tag // => "Rejection"
 * rejection.reason._tag === "InputRejected" && rejection.reason.field // => "parameters.width"
 * ```
 */
export class Rejection extends Schema.TaggedError<Rejection>()("Rejection", {
  reason: RejectionReason,
  callId: CallId,
  isRetryable: Schema.Boolean,
  retryAfter: Schema.optionalKey(Schema.DurationFromMillis),
  jobId: Schema.optionalKey(JobId)
}) {
  /** Always `NotSent`: that is what makes it a rejection. */
  get outcome(): Outcome {
    return "NotSent"
  }
  /** `retryAfter` for whoever does not use `Duration`. **Units** milliseconds. */
  get retryAfterMillis(): number | undefined {
    return this.retryAfter === undefined ? undefined : Duration.toMillis(this.retryAfter)
  }
  /** The group the reason belongs to. */
  get category(): Category {
    return categoryOf(this.reason)
  }
  override get message(): string {
    const why = rejectionText(this.reason)
    return `refused: ${this.reason._tag}${why === "" ? "" : ` (${why})`}${when(this.retryAfter)}`
  }
  /** Every field and the message; durations as milliseconds (`retryAfterMillis`). */
  override toJSON(): object {
    return { ...plain({ ...this }), message: this.message }
  }
}

/** What every call of the library can fail with. */
export type CallFailure = ApiError | Rejection
