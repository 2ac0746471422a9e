/**
 * Asks the provider how a job of its stands: one free request through the pipeline.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { NanoBanana, type ProviderJobStatus } from "../provider/nanobanana/NanoBanana.ts"
import { accountOfJob } from "./AccountOfJob.ts"
import { imageCallPlan, requestFactsOf } from "./ImageCallPlan.ts"

/** The state at the account where the job was made. **Errors** those of the pipeline; asking again is free. */
export const askStatus = Effect.fnUntraced(function* (
  job: Job,
  providerJobId: ProviderJobId,
  call: Call
): Effect.fn.Return<ProviderJobStatus, CallFailure, Pipeline | NanoBanana> {
  const protocol = (yield* NanoBanana).protocol(job.plan.protocol)
  const account = yield* accountOfJob(job, call)
  const result = yield* (yield* Pipeline).run({
    ...imageCallPlan(job.plan, requestFactsOf(job.plan), account, "status"),
    subject: { jobId: job.id },
    attempt: (attempt) => protocol.status(providerJobId, account.settings, attempt, job.plan)
  })
  return result.answer
})
