/**
 * Whether something else may stand in for a picture that could not be bought: only where surely nothing was charged, and
 * only for reasons that do not follow the request to wherever it goes. Pure.
 */
import type { ApiError, CallFailure } from "../../schemas/Failures.ts"
import type { RejectionReason } from "../../schemas/Reason.ts"
import { mayFallBack } from "../policy/fallback/FallbackTable.ts"
import { recover } from "../policy/recovery/Recovery.ts"

const doorReasons: ReadonlyArray<RejectionReason["_tag"]> = [
  "CircuitOpen",
  "Isolated",
  "RateLimitExceeded",
  "QueueFull"
]

/** Whether a door refused for now: what is asked for can be had later, or at another door. */
export const isRefusedAtDoor = (failure: CallFailure): boolean =>
  failure._tag === "Rejection" && doorReasons.includes(failure.reason._tag)

/** Whether a paid request was surely not processed. */
export const isProvenUnprocessed = (failure: ApiError): boolean =>
  failure.operation === "submit" && (failure.outcome === "NotSent" || failure.outcome === "Refused")

/**
 * Whether another account may be asked after this failure.
 *
 * **Details** Never after an unknown outcome; after a refusal of the content only where the caller asked for that.
 */
export const allowsOtherAccount = (
  failure: CallFailure,
  call: { readonly fallbackOnContentRejected: boolean }
): boolean => {
  if (failure._tag === "Rejection") return isRefusedAtDoor(failure)
  if (!isProvenUnprocessed(failure)) return false
  return failure.reason._tag === "ContentRejected"
    ? call.fallbackOnContentRejected
    : recover(failure.reason, "paidSubmit", failure.outcome).fallback
}

/** Whether an earlier picture of an equal request may be given after this failure. */
export const allowsEarlierImage = (failure: CallFailure): boolean =>
  mayFallBack(failure, "paidSubmit") && (failure._tag === "Rejection" || isProvenUnprocessed(failure))
