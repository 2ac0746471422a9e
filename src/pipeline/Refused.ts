/**
 * A refusal at the door, as the failure of the call: a rejection where nothing was sent yet, else what stopped the
 * retrying.
 */
import * as Duration from "effect/Duration"
import type { Rejection, StoppedBy } from "../../schemas/Failures.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import type { Operation } from "../../schemas/Provider.ts"
import type { RejectionReason } from "../../schemas/Reason.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import type { Door } from "./AdmissionControl.ts"
import { reject } from "./Reject.ts"

const reasonOf = (refusal: Refusal, operation: Operation): RejectionReason => {
  if (refusal._tag === "StorageFailed") return refusal
  return refusal._tag === "RateLimitExceeded" ? { _tag: refusal._tag, operation } : { _tag: refusal._tag }
}

/** When it is worth coming back, where that is known. */
export const retryAfterOf = (refusal: Refusal): Duration.Duration | undefined =>
  "retryAfterMillis" in refusal && refusal.retryAfterMillis !== undefined
    ? Duration.millis(Math.ceil(refusal.retryAfterMillis))
    : undefined

/** The rejection of a call of which nothing was sent. */
export const rejectionOf = (refusal: Refusal, operation: Operation, callId: CallId): Rejection => {
  const retryAfter = retryAfterOf(refusal)
  return reject(reasonOf(refusal, operation), callId, retryAfter === undefined ? {} : { retryAfter })
}

/** What ended the retrying of a call that had begun. */
export const stoppedByOf = (refusal: Refusal): StoppedBy => {
  switch (refusal._tag) {
    case "RateLimitExceeded":
    case "QueueFull":
      return "RateLimitExceeded"
    case "CircuitOpen":
    case "Isolated":
      return "CircuitOpen"
    case "DeadlineExceeded":
      return "DeadlineExceeded"
    case "StorageFailed":
      return "StorageFailed"
  }
}

/** The circuit's refusal, if it refuses now and will refuse still after a delay. **Units** `now` in whole milliseconds. */
export const refusalBeyond = ({ lane }: Door, delay: Duration.Duration, now: number): Refusal | undefined => {
  if (lane.gate.standing(now) !== "refuses") return undefined
  const { reason, retryAfterMillis } = lane.gate.refusal(now)
  if (reason === "Isolated" || retryAfterMillis === undefined) return { _tag: reason }
  return retryAfterMillis > Duration.toMillis(delay) ? { _tag: reason, retryAfterMillis } : undefined
}
