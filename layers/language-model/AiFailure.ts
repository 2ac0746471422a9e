/**
 * A failure of ours, as Effect AI knows failures. What it says is our own message, which holds no prompt and no key.
 */
import * as AiError from "effect/ai/AiError"
import type { CallFailure } from "../../schemas/Failures.ts"

/** The error. `isRetryable` and `retryAfter` follow from the reason; ours stands in `metadata.deepseek`. */
export const aiFailure = (failure: CallFailure, method: string): AiError.AiError =>
  AiError.make({ module: "DeepSeekLanguageModel", method, reason: reasonOf(failure) })

const reasonOf = (failure: CallFailure): AiError.AiErrorReason => {
  const { message: description, retryAfter } = failure
  const metadata = {
    deepseek: {
      callId: failure.callId,
      reason: failure.reason._tag,
      outcome: failure._tag === "ApiError" ? failure.outcome : "NotSent",
      isRetryable: failure.isRetryable
    }
  }
  switch (failure.reason._tag) {
    case "RateLimited":
    case "RateLimitExceeded":
    case "QueueFull":
      return new AiError.RateLimitError({ retryAfter, metadata })
    case "QuotaExhausted":
    case "InsufficientBalance":
    case "BudgetExhausted":
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
    case "RequestRejected":
    case "NotFound":
      return new AiError.InvalidRequestError({ description, metadata })
    case "MalformedResponse":
    case "IncompleteResponse":
    case "EmptyResponse":
      return new AiError.InvalidOutputError({ description, metadata })
    default:
      return failure.isRetryable
        ? new AiError.InternalProviderError({ description, metadata })
        : new AiError.UnknownError({ description, metadata })
  }
}
