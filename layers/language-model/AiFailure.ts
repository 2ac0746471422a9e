/**
 * A failure of ours, as Effect AI knows failures. What it says is our own message, which holds no prompt and no key.
 *
 * `isRetryable` and `retryAfter` of the `AiError` are ours in every case: where the reason that fits by name says
 * otherwise of itself, another is taken that agrees.
 */
import type * as Duration from "effect/Duration"
import * as AiError from "effect/ai/AiError"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Outcome } from "../../schemas/Provider.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"

/**
 * What `metadata.deepseek` of a failure's reason says. **Units** `retryAfterMillis` from now, absent where it is not
 * known; `attempts` counts the requests begun; `cost` of them all, absent where it was nothing.
 */
export type FailureOrigin = {
  readonly callId: string
  readonly reason: ReasonTag
  readonly outcome: Outcome
  readonly isRetryable: boolean
  readonly retryAfterMillis?: number
  readonly attempts: number
  readonly cost?: { readonly usdMicros: number | null; readonly basis: Cost["basis"] }
}

interface Metadata {
  /** What has failed, in our words. */
  readonly deepseek?: FailureOrigin
}

declare module "effect/ai/AiError" {
  interface RateLimitErrorMetadata extends Metadata {}
  interface QuotaExhaustedErrorMetadata extends Metadata {}
  interface AuthenticationErrorMetadata extends Metadata {}
  interface ContentPolicyErrorMetadata extends Metadata {}
  interface InvalidRequestErrorMetadata extends Metadata {}
  interface InvalidOutputErrorMetadata extends Metadata {}
  interface InternalProviderErrorMetadata extends Metadata {}
  interface UnknownErrorMetadata extends Metadata {}
}

/** The error. */
export const aiFailure = (failure: CallFailure, method: string): AiError.AiError => {
  const metadata = { deepseek: originOf(failure) }
  const named = namedReason(failure, metadata)
  const reason = named.isRetryable === failure.isRetryable ? named : agreeingReason(failure, metadata)
  return AiError.make({ module: "DeepSeekLanguageModel", method, reason: withRetryAfter(reason, failure.retryAfter) })
}

const originOf = (failure: CallFailure): FailureOrigin => ({
  callId: failure.callId,
  reason: failure.reason._tag,
  outcome: failure.outcome,
  isRetryable: failure.isRetryable,
  ...(failure.retryAfterMillis === undefined ? {} : { retryAfterMillis: failure.retryAfterMillis }),
  attempts: failure._tag === "ApiError" ? failure.attempts : 0,
  ...(failure._tag === "ApiError" && failure.cost !== undefined ? { cost: failure.cost } : {})
})

type Known = Required<Metadata>

/** `AiError` reads `retryAfter` of whatever reason has one; only that of a rate limit declares it. */
const withRetryAfter = (
  reason: AiError.AiErrorReason,
  retryAfter: Duration.Duration | undefined
): AiError.AiErrorReason => (retryAfter === undefined ? reason : Object.assign(reason, { retryAfter }))

const agreeingReason = ({ isRetryable, message: description }: CallFailure, metadata: Known): AiError.AiErrorReason =>
  isRetryable
    ? new AiError.InternalProviderError({ description, metadata })
    : new AiError.UnknownError({ description, metadata })

const namedReason = (failure: CallFailure, metadata: Known): AiError.AiErrorReason => {
  const { message: description, retryAfter } = failure
  switch (failure.reason._tag) {
    case "RateLimited":
    case "RateLimitExceeded":
    case "QueueFull":
    case "LoadShed":
      return new AiError.RateLimitError({ retryAfter, metadata })
    case "QuotaExhausted":
    case "BudgetExhausted":
      return failure.isRetryable
        ? new AiError.RateLimitError({ retryAfter, metadata })
        : new AiError.QuotaExhaustedError({ metadata })
    case "InsufficientBalance":
    case "PriceUnknown":
      return new AiError.QuotaExhaustedError({ metadata })
    case "KeyRejected":
      return new AiError.AuthenticationError({ kind: "InvalidKey", description, metadata })
    case "KeyForbidden":
      return new AiError.AuthenticationError({ kind: "InsufficientPermissions", description, metadata })
    case "NoHealthyKey":
      return new AiError.AuthenticationError({ kind: "MissingKey", description, metadata })
    case "ContentRejected":
      return new AiError.ContentPolicyError({ description, metadata })
    case "InputRejected":
      return new AiError.InvalidRequestError({ parameter: failure.reason.field, description, metadata })
    case "RequestRejected":
    case "NotFound":
      return new AiError.InvalidRequestError({ description, metadata })
    case "MalformedResponse":
    case "IncompleteResponse":
    case "EmptyResponse":
      return new AiError.InvalidOutputError({ description, metadata })
    default:
      return agreeingReason(failure, metadata)
  }
}
