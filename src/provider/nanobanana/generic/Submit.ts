/**
 * The paid request of the plain job API (`POST /generate`), and how its answer is read.
 *
 * A job's name is evidence: whoever names one has made it, so an answer with a `jobId` is `Accepted` whatever else it
 * says, and the job's state tells the rest. Without one the answer is a refusal, or it proves nothing.
 */
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { type AnswerContext, failedAnswer, isSuccess } from "../AnswerContext.ts"
import { jsonObject, malformed } from "../JsonAnswer.ts"
import type { SubmitAnswer } from "../NanoBanana.ts"
import { submitPlan } from "../SubmitPlan.ts"
import { jobAnswerOf, refused, unreadable } from "./ClassifyAnswer.ts"

/**
 * The job in a submit's answer.
 *
 * **Errors** `AttemptFailed`, `Refused` where the answer proves that nothing was processed, else `Unknown`: a success
 * without a job's name proves nothing.
 */
export const readSubmitAnswer = (
  answer: Answer,
  context: AnswerContext
): Result.Result<SubmitAnswer, AttemptFailed> => {
  const json = jsonObject(answer)
  if (Result.isFailure(json)) return Result.fail(unreadable(answer, json.failure, context))
  const job = jobAnswerOf(json.success)
  if (job.jobId !== undefined) return Result.succeed({ _tag: "Accepted", providerJobId: job.jobId })
  return Result.fail(
    isSuccess(answer.status)
      ? failedAnswer(answer, context, malformed(answer, "no jobId"), "Unknown")
      : refused(answer, job, context)
  )
}

/** Sends the plan, once. **Errors** see `readSubmitAnswer`, and the broken exchange. */
export const submit = submitPlan(readSubmitAnswer)
