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
import { reject } from "../pipeline/Reject.ts"
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

/** Resolves the job. **Errors** `Rejection`: `JobNotFound`, `StorageFailed`, or `JobNotResolvable` in any other state. */
export const resolveJob = Effect.fnUntraced(function* (
  jobId: JobId,
  resolution: JobResolution,
  call: Call
): Effect.fn.Return<Job, CallFailure, JobLedger> {
  const job = yield* getJob(jobId, call)
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
