/**
 * Makes rejections. The one place that decides whether a refused call may be tried again.
 */
import type * as Duration from "effect/Duration"
import { Rejection } from "../../schemas/Failures.ts"
import type { CallId, JobId } from "../../schemas/Identifiers.ts"
import type { RejectionReason } from "../../schemas/Reason.ts"
import { isRejectionRetryable } from "../policy/recovery/RejectionTable.ts"

/** What may be known besides the reason. */
export interface RejectionFacts {
  readonly retryAfter?: Duration.Duration
  readonly jobId?: JobId
}

/** A rejection of the call with this id. */
export const reject = (reason: RejectionReason, callId: CallId, facts: RejectionFacts = {}): Rejection =>
  new Rejection({
    reason,
    callId,
    isRetryable: isRejectionRetryable(reason),
    ...(reason._tag === "BudgetExhausted" && reason.retryAfter !== undefined ? { retryAfter: reason.retryAfter } : {}),
    ...facts
  })
