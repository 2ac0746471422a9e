/**
 * Cancels a job: at once before it is sent, afterwards only if the provider confirms it. While nobody knows whether a
 * paid request was accepted, cancelling is refused.
 */
import * as Effect from "effect/Effect"
import type { CallFailure, Rejection } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job, providerJobIdOf } from "../../schemas/Job.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { accountOfJob } from "./AccountOfJob.ts"
import { imageCallPlan } from "./ImageCallPlan.ts"
import { failUnread } from "./EndWait.ts"
import { withJob } from "./JobFailure.ts"
import { getJob, getJobAgain } from "./LookUpJob.ts"
import { moveJob } from "./MoveJob.ts"

/** Why a job in this state can not be cancelled. */
export const notCancellable = (job: Job, call: Call, problem = problemOf(job)): Rejection =>
  reject({ _tag: "JobNotCancellable", state: job.state._tag, problem }, call.callId, { jobId: job.id })

const problemOf = (job: Job): string =>
  isTerminal(job.state) ? "it has ended" : "nobody knows whether it was accepted"

/** Asks the provider; the job that goes on is answered as it stands. */
export const cancelAtProvider = Effect.fnUntraced(function* (
  job: Job,
  call: Call
): Effect.fn.Return<Job, CallFailure, Pipeline | NanoBanana | JobLedger> {
  const providerJobId = providerJobIdOf(job.state)
  const account = yield* accountOfJob(job, call)
  const protocol = (yield* NanoBanana).protocol(job.plan.protocol)
  if (providerJobId === undefined || !protocol.facts.canCancel) {
    return yield* notCancellable(job, call, `${job.plan.protocol} has no way to cancel; the job goes on`)
  }
  const { answer } = yield* (yield* Pipeline)
    .run({
      ...imageCallPlan(job.plan, { fieldLengths: {}, bodySha256: "", parameters: {} }, account, "cancel"),
      subject: { jobId: job.id },
      attempt: (attempt) => protocol.cancel(providerJobId, account.settings, attempt)
    })
    .pipe(
      Effect.provideService(CurrentCall, call),
      Effect.mapError((failure) => withJob(failure, job, call.callId))
    )
  const now = yield* getJobAgain(job, call)
  if (answer === "NotCancelled" || isTerminal(now.state)) return now
  const confirmed = moveJob(now, { _tag: "ProviderCancelled", isCharged: !account.settings.cancelIsFree })
  return yield* Effect.catch(confirmed, (problem) =>
    problem._tag === "TransitionRefused" ? getJobAgain(now, call) : failUnread(now, problem, call)
  )
})

/** Cancels the job if its state allows it. **Errors** `Rejection` with `JobNotCancellable`; those of the pipeline. */
export const cancelJob = Effect.fnUntraced(function* (
  jobId: JobId,
  call: Call
): Effect.fn.Return<Job, CallFailure, Pipeline | NanoBanana | JobLedger> {
  const job = yield* getJob(jobId, call)
  switch (job.state._tag) {
    case "Cancelled":
      return job
    case "Queued":
      return yield* Effect.mapError(moveJob(job, { _tag: "CancelRequested" }), (problem) =>
        problem._tag === "TransitionRefused" ? notCancellable(job, call) : reject(problem, call.callId)
      )
    case "Submitted":
    case "Running":
      return yield* cancelAtProvider(job, call)
    case "Submitting":
    case "OutcomeUnknown":
    case "Stored":
    case "Failed":
    case "Expired":
      return yield* notCancellable(job, call)
  }
})
