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
  LoadShed: true,
  ShuttingDown: true,
  StorageFailed: true
} as const satisfies Record<RejectionReason["_tag"], boolean>

/** Whether the same call may succeed later without being changed. */
export const isRejectionRetryable = (reason: RejectionReason): boolean =>
  // A full disk may have room later; a wrong place or missing rights stay wrong until somebody mends them.
  reason._tag === "StorageFailed"
    ? reason.problem === "DiskFull" || reason.problem === "Locked"
    : retryableByTag[reason._tag]
