/**
 * Whether a call that we refused may be made again as it stands.
 */
import type { RejectionReason } from "../../../schemas/Reason.ts"

const retryableByTag = {
  InputRejected: false,
  RateLimitExceeded: true,
  AttemptsExhausted: true,
  QueueFull: true,
  CircuitOpen: true,
  Isolated: true,
  DeadlineExceeded: true,
  BudgetExhausted: false,
  PriceUnknown: false,
  NoHealthyKey: false,
  IdempotencyConflict: false,
  JobNotFound: false,
  JobNotCancellable: false,
  JobNotResolvable: false,
  LetterNotFound: false,
  RetryRefused: false,
  LoadShed: true,
  ShuttingDown: true,
  StorageFailed: true
} as const satisfies Record<RejectionReason["_tag"], boolean>

/** Whether the same call may succeed later without being changed. */
export const isRejectionRetryable = (reason: RejectionReason): boolean => {
  switch (reason._tag) {
    // A full disk may have room later; a wrong place or missing rights stay wrong until somebody mends them.
    case "StorageFailed":
      return reason.problem === "DiskFull" || reason.problem === "Locked"
    // The next day or month has a budget of its own; what is above the whole budget, or above that of a call, has not.
    case "BudgetExhausted":
      return reason.retryAfter !== undefined
    default:
      return retryableByTag[reason._tag]
  }
}
