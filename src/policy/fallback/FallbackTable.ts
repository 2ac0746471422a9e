/**
 * Whether something else may stand in for a result that can not be had. For failures at a provider the recovery table
 * says it; for our own refusals the table below. A missing reason does not compile.
 *
 * | refused because | may fall back |
 * | --- | --- |
 * | the provider can not be asked now (`CircuitOpen`, `Isolated`, `RateLimitExceeded`, `QueueFull`, `LoadShed`) | yes |
 * | it may not be paid for, or there is no key (`BudgetExhausted`, `PriceUnknown`, `NoHealthyKey`) | yes |
 * | the call's share of time or attempts is used up (`DeadlineExceeded`, `AttemptsExhausted`) | yes |
 * | the request itself is wrong (`InputRejected`, `IdempotencyConflict`, `JobNotFound`, `JobNotCancellable`, `JobNotResolvable`, `LetterNotFound`, `RetryRefused`) | no |
 * | this program can not go on (`StorageFailed`, `ShuttingDown`) | no |
 *
 * A deadline that has passed for the whole call is not asked about here: nobody waits for what would stand in.
 */
import type { CallFailure } from "../../../schemas/Failures.ts"
import type { Payment } from "../../../schemas/Provider.ts"
import type { RejectionReason } from "../../../schemas/Reason.ts"
import { recover } from "../recovery/Recovery.ts"

/** Our refusals, and whether another result may stand in. */
export const rejectionFallback = {
  InputRejected: false,
  RateLimitExceeded: true,
  AttemptsExhausted: true,
  QueueFull: true,
  CircuitOpen: true,
  Isolated: true,
  DeadlineExceeded: true,
  BudgetExhausted: true,
  PriceUnknown: true,
  NoHealthyKey: true,
  IdempotencyConflict: false,
  JobNotFound: false,
  JobNotCancellable: false,
  JobNotResolvable: false,
  LetterNotFound: false,
  RetryRefused: false,
  LoadShed: true,
  ShuttingDown: false,
  StorageFailed: false
} as const satisfies Record<RejectionReason["_tag"], boolean>

/**
 * Whether a stale, local or other provider's result may stand in for a call of this payment class that failed so.
 *
 * ```ts
 * import { mayFallBack, Rejection } from "@ludeng/providers"
 * import { CallId } from "@ludeng/providers/schemas/Identifiers"
 *
 * const callId = CallId.make("call_1")
 * mayFallBack(new Rejection({ reason: { _tag: "CircuitOpen" }, callId, isRetryable: true }), "metered") // => true
 * mayFallBack(new Rejection({ reason: { _tag: "JobNotFound" }, callId, isRetryable: false }), "metered") // => false
 * ```
 */
export const mayFallBack = (failure: CallFailure, payment: Payment): boolean =>
  failure._tag === "Rejection"
    ? rejectionFallback[failure.reason._tag]
    : recover(failure.reason, payment, failure.outcome).fallback
