/**
 * A failed call that is kept, as its owner sees it over HTTP. Pure.
 */
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import type { FailureDetail, FailureView } from "../../schemas/http-face/FailuresGroup.ts"
import type { RetryQuote } from "../dead-letter/ManualRetries.ts"

/** The failure. */
export const failureViewOf = ({
  callId,
  cost,
  failedAt,
  failure,
  id,
  kind,
  retries,
  state
}: DeadLetter): FailureView => ({
  id,
  callId,
  kind,
  state: state._tag,
  failedAt,
  reason: failure.reason._tag,
  outcome: failure.outcome,
  attempts: failure.attempts,
  retryable: failure.isRetryable,
  ...(failure.jobId === undefined ? {} : { jobId: failure.jobId }),
  ...(failure.providerJobId === undefined ? {} : { providerJobId: failure.providerJobId }),
  cost,
  retries
})

/** The failure with its history, and what a retry would come to. */
export const failureDetailOf = ({ letter, price, refusal }: RetryQuote): FailureDetail => ({
  ...failureViewOf(letter),
  history: letter.history,
  ...(price === undefined ? {} : { price }),
  ...(refusal === undefined ? {} : { refusal: refusal.problem })
})
