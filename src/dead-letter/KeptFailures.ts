/**
 * Which failures become dead letters. Pure; a missing reason does not compile.
 *
 * | failure | kept |
 * | --- | --- |
 * | at least one attempt was made (`ApiError`) | yes |
 * | the job lives on (`GenerationTimedOut`): it is resumed, not made again | no |
 * | a person has cancelled it (`GenerationCancelled`) | no |
 * | refused for what a person has to mend (`BudgetExhausted`, `PriceUnknown`, `NoHealthyKey`, `StorageFailed`) | yes |
 * | refused because the request is wrong, or names what is not there | no |
 * | refused for now, at our own doors, with the time to come back: nothing was tried, and under load it is many | no |
 */
import type { CallFailure } from "../../schemas/Failures.ts"
import type { RejectionReason } from "../../schemas/Reason.ts"

/** Our refusals, and whether the request is kept. */
export const keptRejections = {
  InputRejected: false,
  RateLimitExceeded: false,
  AttemptsExhausted: false,
  QueueFull: false,
  CircuitOpen: false,
  Isolated: false,
  DeadlineExceeded: false,
  BudgetExhausted: true,
  PriceUnknown: true,
  NoHealthyKey: true,
  IdempotencyConflict: false,
  JobNotFound: false,
  JobNotCancellable: false,
  JobNotResolvable: false,
  LetterNotFound: false,
  RetryRefused: false,
  LoadShed: false,
  ShuttingDown: false,
  StorageFailed: true
} as const satisfies Record<RejectionReason["_tag"], boolean>

/** Whether a failed call is kept. */
export const isKept = (failure: CallFailure): boolean =>
  failure._tag === "Rejection"
    ? keptRejections[failure.reason._tag]
    : failure.reason._tag !== "GenerationTimedOut" && failure.reason._tag !== "GenerationCancelled"
