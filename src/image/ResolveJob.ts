/**
 * A person's word on a job of which nobody knows whether it was charged.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { JobId, ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Job, JobEvent } from "../../schemas/Job.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { TransitionRefused } from "../job/JobTransition.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import type { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { askStatus } from "./AskStatus.ts"
import { getJob } from "./LookUpJob.ts"
import { moveJob } from "./MoveJob.ts"

/**
 * What the provider's account shows: `Charged`, under the provider's own id of the job; `NotCharged`; or nobody can tell
 * any more, and the loss is accepted (the bound counts as spent).
 */
export type JobResolution =
  | { readonly _tag: "Charged"; readonly providerJobId: ProviderJobId }
  | { readonly _tag: "NotCharged" }
  | { readonly _tag: "LossAccepted" }

const eventOf = (resolution: JobResolution): JobEvent => {
  switch (resolution._tag) {
    case "Charged":
      return { _tag: "ResolvedCharged", providerJobId: resolution.providerJobId }
    case "NotCharged":
      return { _tag: "ResolvedNotCharged" }
    case "LossAccepted":
      return { _tag: "LossAccepted" }
  }
}

/**
 * Whether the provider says that it has no job of this id: then the person has mistyped it, and taking it would leave the
 * job to wait for what never comes. A provider that can not be asked now leaves the person's word as it is.
 */
const isUnknownAtProvider = (job: Job, providerJobId: ProviderJobId, call: Call) =>
  Effect.match(askStatus(job, providerJobId, call), {
    onFailure: (failure) => failure._tag === "ApiError" && failure.reason._tag === "NotFound",
    onSuccess: () => false
  })

/**
 * Resolves the job. **Errors** `Rejection`: `JobNotFound`, `StorageFailed`, or `JobNotResolvable` in any other state, and
 * where the provider has no job of the id that it is to be charged under.
 */
export const resolveJob = Effect.fnUntraced(function* (
  jobId: JobId,
  resolution: JobResolution,
  call: Call
): Effect.fn.Return<Job, CallFailure, JobLedger | Pipeline | NanoBanana> {
  const job = yield* getJob(jobId, call)
  const isOpen = job.state._tag === "OutcomeUnknown"
  if (isOpen && resolution._tag === "Charged" && (yield* isUnknownAtProvider(job, resolution.providerJobId, call))) {
    const problem = "the provider has no job of this id"
    return yield* reject({ _tag: "JobNotResolvable", state: job.state._tag, problem }, call.callId, { jobId: job.id })
  }
  return yield* Effect.mapError(moveJob(job, eventOf(resolution)), (problem) =>
    problem._tag === "TransitionRefused"
      ? reject(
          { _tag: "JobNotResolvable", state: job.state._tag, problem: problemOf(job, resolution, problem) },
          call.callId,
          {
            jobId: job.id
          }
        )
      : reject(problem, call.callId, { jobId: job.id })
  )
})

const problemOf = (job: Job, resolution: JobResolution, { isOfAnotherJob }: TransitionRefused): string =>
  isOfAnotherJob === true
    ? "the provider's id is that of another job"
    : job.state._tag === "OutcomeUnknown" && resolution._tag === "Charged"
      ? "the provider's id is known already, and is another one"
      : "what became of it is no open question"
