/**
 * The state of a job of the plain job API: `GET /jobs/{id}`.
 *
 * A status nobody knows is pending. A failed look is not a failed job: every error here leaves the job as it was, also a
 * 404 right after the submit.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { ProviderJobId } from "../../../../schemas/Identifiers.ts"
import type { ImagePlan } from "../../../../schemas/Image.ts"
import type { ApiReason } from "../../../../schemas/Reason.ts"
import type { NanoBananaSettings } from "../../../../schemas/Settings.ts"
import type { Attempt } from "../../../pipeline/Attempt.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { type AnswerContext, failedAnswer, isSuccess, keptText, secretsOf } from "../AnswerContext.ts"
import { ask, type Exchanges } from "../Ask.ts"
import { mentionsContentPolicy } from "../ContentPolicy.ts"
import { jsonObject, malformed } from "../JsonAnswer.ts"
import type { ProviderJobStatus } from "../NanoBanana.ts"
import { isFetchable } from "../ResultUrl.ts"
import { jobAnswerOf, refused, unreadable } from "./ClassifyAnswer.ts"
import { jobPath } from "./JobPath.ts"

/** Asks for a job's state, once. **Errors** see `readStatusAnswer`, and the broken exchange. */
export const status =
  (transport: Exchanges) =>
  (
    providerJobId: ProviderJobId,
    settings: NanoBananaSettings,
    attempt: Attempt,
    plan?: ImagePlan
  ): Effect.Effect<ProviderJobStatus, AttemptFailed> => {
    const path = jobPath(providerJobId)
    if (path === undefined) return Effect.fail(noSuchJob)
    const secrets = plan === undefined ? undefined : secretsOf(attempt, plan)
    return ask(
      transport,
      { operation: "status", method: "GET", path, secrets, read: readStatusAnswer },
      settings,
      attempt
    )
  }

/** No request can name such a job, and no provider has one. */
const noSuchJob = new AttemptFailed({
  provider: "nanobanana",
  operation: "status",
  reason: { _tag: "NotFound" },
  outcome: "NotSent"
})

/**
 * The state in an answer.
 *
 * **Errors** `AttemptFailed`: `NotFound` for a job that is not known (yet), `MalformedResponse` for an answer without a
 * status or a completed job without a usable URL, and whatever the HTTP status says; asking again is free.
 */
export const readStatusAnswer = (
  answer: Answer,
  context: AnswerContext
): Result.Result<ProviderJobStatus, AttemptFailed> => {
  const json = jsonObject(answer)
  if (Result.isFailure(json)) return Result.fail(unreadable(answer, json.failure, context))
  const job = jobAnswerOf(json.success)
  if (!isSuccess(answer.status)) return Result.fail(refused(answer, job, context))
  switch (job.status) {
    case "completed":
      return isFetchable(job.imageUrl)
        ? Result.succeed({ _tag: "Completed", results: [{ url: job.imageUrl }] })
        : Result.fail(failedAnswer(answer, context, malformed(answer, "completed without an imageUrl"), "Unknown"))
    case "failed":
      return Result.succeed({ _tag: "Failed", reason: failureOf(job.error, context) })
    case "cancelled":
      return Result.succeed({ _tag: "Cancelled" })
    case undefined:
      return Result.fail(failedAnswer(answer, context, malformed(answer, "no status"), "Unknown"))
    default:
      return Result.succeed({ _tag: "Pending", isRunning: job.status === "processing" })
  }
}

const failureOf = (error: string | undefined, context: AnswerContext): ApiReason => {
  const kept = keptText(error, context)
  const detail = kept === undefined ? {} : { detail: kept }
  return mentionsContentPolicy(error) ? { _tag: "ContentRejected", ...detail } : { _tag: "GenerationFailed", ...detail }
}
