/**
 * Cancels a job of the plain job API: `DELETE /jobs/{id}`. Only a confirmation counts: 204, or a success that calls the
 * job cancelled. Anything else leaves the job as it was.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { ProviderJobId } from "../../../../schemas/Identifiers.ts"
import type { NanoBananaSettings } from "../../../../schemas/Settings.ts"
import type { Attempt } from "../../../pipeline/Attempt.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { type AnswerContext, isSuccess } from "../AnswerContext.ts"
import { ask, type Exchanges } from "../Ask.ts"
import { jsonObject } from "../JsonAnswer.ts"
import type { CancelAnswer } from "../NanoBanana.ts"
import { jobAnswerOf, refused, unreadable } from "./ClassifyAnswer.ts"
import { jobPath } from "./JobPath.ts"

/** Asks to cancel, once. **Errors** see `readCancelAnswer`, and the broken exchange. */
export const cancel =
  (transport: Exchanges) =>
  (
    providerJobId: ProviderJobId,
    settings: NanoBananaSettings,
    attempt: Attempt
  ): Effect.Effect<CancelAnswer, AttemptFailed> => {
    const path = jobPath(providerJobId)
    if (path === undefined) return Effect.succeed("NotCancelled")
    return ask(
      transport,
      { operation: "cancel", method: "DELETE", path, secrets: undefined, read: readCancelAnswer },
      settings,
      attempt
    )
  }

/** The answers that say: there is nothing here to cancel, or not any more, or not in this way. */
const cannotCancel: ReadonlySet<number> = new Set([404, 405, 409, 410])

/**
 * Whether the provider confirmed. **Errors** `AttemptFailed` for every answer that says neither yes nor no; asking again
 * is free.
 */
export const readCancelAnswer = (
  answer: Answer,
  context: AnswerContext
): Result.Result<CancelAnswer, AttemptFailed> => {
  if (answer.status === 204) return Result.succeed("Cancelled")
  if (cannotCancel.has(answer.status)) return Result.succeed("NotCancelled")
  const json = jsonObject(answer)
  if (Result.isFailure(json)) {
    const isSilentSuccess = isSuccess(answer.status) && json.failure._tag === "EmptyResponse"
    return isSilentSuccess ? Result.succeed("NotCancelled") : Result.fail(unreadable(answer, json.failure, context))
  }
  const job = jobAnswerOf(json.success)
  if (!isSuccess(answer.status)) return Result.fail(refused(answer, job, context))
  return Result.succeed(job.status === "cancelled" ? "Cancelled" : "NotCancelled")
}
