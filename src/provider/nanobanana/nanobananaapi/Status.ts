/**
 * The state of a job at nanobananaapi.ai: `GET /record-info?taskId=`.
 *
 * `code` 200 says that the question was understood, not that the picture is there: only `successFlag` does. A flag nobody
 * knows is pending. A failed look is not a failed job: every error here leaves the job as it was, also a 404 right after
 * the submit, and a 500, which may be our own mistake.
 *
 * **Source** docs.nanobananaapi.ai/nanobanana-api/get-task-details and the callbacks page (400 content policy, 501
 * generation failed; `data.info`), read 2026-11-23.
 */
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { ProviderJobId } from "../../../../schemas/Identifiers.ts"
import type { ImagePlan } from "../../../../schemas/Image.ts"
import type { ApiReason } from "../../../../schemas/Reason.ts"
import type { NanoBananaSettings } from "../../../../schemas/Settings.ts"
import type { NanoBananaApiAnswer, NanoBananaApiTask } from "../../../../schemas/wire/NanoBananaApiAnswer.ts"
import type { Attempt } from "../../../pipeline/Attempt.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { type AnswerContext, failedAnswer, isSuccess, keptText, secretsOf } from "../AnswerContext.ts"
import { ask, type Exchanges } from "../Ask.ts"
import { mentionsContentPolicy } from "../ContentPolicy.ts"
import { jsonObject, malformed } from "../JsonAnswer.ts"
import type { ProviderJobStatus } from "../NanoBanana.ts"
import { isFetchable } from "../ResultUrl.ts"
import { codeOk, envelopeOf, refused, textOf, unreadable } from "./ClassifyAnswer.ts"

/** Asks for a job's state, once. **Errors** see `readStatusAnswer`, and the broken exchange. */
export const status =
  (transport: Exchanges) =>
  (
    providerJobId: ProviderJobId,
    settings: NanoBananaSettings,
    attempt: Attempt,
    plan?: ImagePlan
  ): Effect.Effect<ProviderJobStatus, AttemptFailed> =>
    ask(
      transport,
      {
        operation: "status",
        method: "GET",
        path: `/record-info?taskId=${encodeURIComponent(providerJobId.toWellFormed())}`,
        secrets: plan === undefined ? undefined : secretsOf(attempt, plan),
        read: readStatusAnswer
      },
      settings,
      attempt
    )

/**
 * The state in an answer.
 *
 * **Errors** `AttemptFailed`: `NotFound` for a task that is not known (yet), `MalformedResponse` for a success without a
 * usable URL, and whatever status and code say; asking again is free.
 */
export const readStatusAnswer = (
  answer: Answer,
  context: AnswerContext
): Result.Result<ProviderJobStatus, AttemptFailed> => {
  const json = jsonObject(answer)
  if (Result.isFailure(json)) return Result.fail(unreadable(answer, json.failure, context))
  const envelope = envelopeOf(json.success)
  const failure = isSuccess(answer.status) ? failureOf(envelope, context) : undefined
  if (failure !== undefined) return Result.succeed({ _tag: "Failed", reason: failure })
  if (!isSuccess(answer.status) || (envelope.code ?? codeOk) !== codeOk) {
    return Result.fail(refused(answer, envelope, context))
  }
  const task = envelope.data
  if (task === undefined) return Result.fail(failedAnswer(answer, context, malformed(answer, "no data"), "Unknown"))
  if (task.successFlag !== 1) return Result.succeed({ _tag: "Pending", isRunning: task.successFlag === 0 })
  const url = [task.response?.resultImageUrl, task.info?.resultImageUrl].find(isFetchable)
  return url === undefined
    ? Result.fail(failedAnswer(answer, context, malformed(answer, "successFlag 1 without a resultImageUrl"), "Unknown"))
    : Result.succeed({ _tag: "Completed", results: [{ url }] })
}

/** Why the job failed for good, if it did. */
const failureOf = (envelope: NanoBananaApiAnswer, context: AnswerContext): ApiReason | undefined => {
  const task: NanoBananaApiTask = envelope.data ?? {}
  const text = task.errorMessage?.trim() ? task.errorMessage : textOf(envelope)
  if (task.successFlag === 2 || task.successFlag === 3) {
    const code = providerCodeOf(task.errorCode)
    return code === "400" || mentionsContentPolicy(text) ? contentRejected(text, context) : failed(code, text, context)
  }
  if (envelope.code === 501) return failed("501", text, context)
  return envelope.code === 400 && mentionsContentPolicy(text) ? contentRejected(text, context) : undefined
}

const contentRejected = (text: string | undefined, context: AnswerContext): ApiReason => {
  const detail = keptText(text, context)
  return { _tag: "ContentRejected", ...(detail === undefined ? {} : { detail }) }
}

const failed = (code: string | undefined, text: string | undefined, context: AnswerContext): ApiReason => {
  const detail = keptText(text, context)
  return {
    _tag: "GenerationFailed",
    ...(code === undefined ? {} : { providerCode: code }),
    ...(detail === undefined ? {} : { detail })
  }
}

/** An error code as a number, which can not quote anything; 0 is none. */
const providerCodeOf = (code: number | string | undefined): string | undefined =>
  code === undefined || !/^[1-9]\d{0,9}$/.test(String(code)) ? undefined : String(code)
