/**
 * What a job's state means to somebody who waits for its picture: pure translations into the two error families.
 */
import * as Duration from "effect/Duration"
import { ApiError, type CallFailure } from "../../schemas/Failures.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job, providerJobIdOf, type UnprocessedReason } from "../../schemas/Job.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import type { Outcome } from "../../schemas/Provider.ts"
import { type ApiReason, categoryOf, type RejectionReason, type StorageFailed } from "../../schemas/Reason.ts"
import { reject } from "../pipeline/Reject.ts"
import { recover } from "../policy/recovery/Recovery.ts"

/** What is known at the provider of a job in this state. */
export const outcomeOf = (state: Job["state"]): Outcome => {
  switch (state._tag) {
    case "Queued":
      return "NotSent"
    case "Submitting":
    case "OutcomeUnknown":
      return "Unknown"
    case "Submitted":
    case "Running":
      return "Accepted"
    case "Stored":
    case "Expired":
      return "Done"
    case "Cancelled":
      return state.providerJobId === undefined ? "NotSent" : "Done"
    case "Failed":
      return state.providerJobId === undefined ? "Refused" : "Done"
  }
}

/** The failure of a call by its job, with what the job has cost or may have cost. */
export const jobError = (job: Job, callId: CallId, reason: ApiReason): ApiError => {
  const outcome = outcomeOf(job.state)
  const providerJobId = providerJobIdOf(job.state)
  return new ApiError({
    provider: "nanobanana",
    operation: providerJobId === undefined ? "submit" : "status",
    callId,
    attempts: Math.max(1, job.attempts),
    outcome,
    reason,
    // A job that lives on may still be sent and paid, also one that waits in the queue. After a final word the same
    // request is a new purchase, which only the reason can speak against.
    isRetryable: isTerminal(job.state) && recover(reason, "free", outcome).isRetryable,
    jobId: job.id,
    cost: spentOn(job),
    ...(providerJobId === undefined ? {} : { providerJobId })
  })
}

/** Why the ledger did not do what it was asked for, as a reason of the call. */
export const ledgerReason = (problem: { readonly _tag: string }): typeof StorageFailed.Type =>
  isStorageFailed(problem) ? problem : { _tag: "StorageFailed", problem: "Other", detail: problem._tag }

const isStorageFailed = (problem: { readonly _tag: string }): problem is typeof StorageFailed.Type =>
  problem._tag === "StorageFailed"

/** What is held may be charged, so it counts. */
const spentOn = (job: Job): Cost => {
  if (job.money._tag === "Settled") return job.money.cost
  return job.money._tag === "Held" ? job.price : noCost
}

/** Why no picture will come of a job in a final or held state; `undefined` while one still may. */
export const failureOfState = (job: Job, callId: CallId): CallFailure | undefined => {
  switch (job.state._tag) {
    case "Failed":
      return isOurs(job.state.reason)
        ? reject(job.state.reason, callId, { jobId: job.id })
        : jobError(job, callId, job.state.reason)
    case "Cancelled":
      return jobError(job, callId, { _tag: "GenerationCancelled" })
    case "OutcomeUnknown":
      return jobError(job, callId, { _tag: "OutcomeUnknown" })
    case "Expired":
      return jobError(job, callId, { _tag: "ResultExpired" })
    case "Queued":
    case "Submitting":
    case "Submitted":
    case "Running":
    case "Stored":
      return undefined
  }
}

/** A job that we refused to send was never at the provider: it failed as its call was refused. */
const isOurs = (reason: UnprocessedReason): reason is RejectionReason =>
  reason._tag !== "StorageFailed" && categoryOf(reason) === "rejection"

/** The caller's deadline passed while the job was on its way. */
export const waitedTooLong = (job: Job, callId: CallId, waitedMillis: number): ApiError =>
  jobError(job, callId, { _tag: "GenerationTimedOut", waited: Duration.millis(Math.round(waitedMillis)) })

/**
 * A failure on a job's way, as the failure of the call that waited for it, with the job's names added: they are the
 * handle on what was paid.
 */
export const withJob = (failure: CallFailure, job: Job, callId: CallId): CallFailure => {
  if (failure._tag === "Rejection") {
    const { reason, retryAfter } = failure
    return reject(reason, callId, { jobId: job.id, ...(retryAfter === undefined ? {} : { retryAfter }) })
  }
  const providerJobId = providerJobIdOf(job.state)
  return new ApiError({
    ...failure,
    callId,
    // A free request that failed says nothing of the paid one: what counts is how the job stands.
    outcome: failure.operation === "submit" ? failure.outcome : outcomeOf(job.state),
    isRetryable: failure.operation === "submit" && failure.isRetryable,
    // The price of a picture is held by its job, not by the request that failed.
    cost: spentOn(job),
    jobId: job.id,
    ...(providerJobId === undefined ? {} : { providerJobId })
  })
}
