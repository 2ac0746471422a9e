/**
 * What an answer of the plain job API means that brings no job: total over every HTTP status. Pure.
 *
 * | proves that nothing was processed                   | proves nothing                                             |
 * | --------------------------------------------------- | ---------------------------------------------------------- |
 * | 400 401 402 403 404 405 413 414 415 422 429 431 503 | 2xx without a job, 3xx, 408, 409, 500, 502, 504, the rest  |
 *
 * A body that breaks off proves nothing either: the rest of it may have named a job.
 *
 * **Source** RFC 9110 and RFC 6585, where they say that the request was refused; nobody documents the API.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { Outcome } from "../../../../schemas/Provider.ts"
import { GenericJobAnswer } from "../../../../schemas/wire/GenericJobAnswer.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { retryHint } from "../../RetryHint.ts"
import { type AnswerContext, failedAnswer, isSuccess, keptText } from "../AnswerContext.ts"
import type { UnreadableReason } from "../JsonAnswer.ts"
import { reasonOfStatus } from "../StatusReason.ts"

const provesUnprocessed: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 429, 431, 503
])

/** The answer in a JSON object; fields that do not fit are absent. */
export const jobAnswerOf = (json: object): GenericJobAnswer =>
  Option.getOrElse(Schema.decodeUnknownOption(GenericJobAnswer)(json), () => ({}))

/** The failed attempt of an answer whose status is no success. */
export const refused = (answer: Answer, job: GenericJobAnswer, context: AnswerContext): AttemptFailed => {
  const reason = reasonOfStatus(answer.status, {
    text: job.error,
    keptText: keptText(job.error, context),
    retryAfter: retryHint(answer.headers, context.nowMillis)
  })
  return failedAnswer(answer, context, reason, outcomeOf(answer.status))
}

/** The failed attempt of an answer whose body can not be read. */
export const unreadable = (answer: Answer, reason: UnreadableReason, context: AnswerContext): AttemptFailed => {
  if (isSuccess(answer.status)) return failedAnswer(answer, context, reason, "Unknown")
  const failed = refused(answer, {}, context)
  return reason._tag === "IncompleteResponse" ? failedAnswer(answer, context, failed.reason, "Unknown") : failed
}

/** What became of a request that was answered with this status and without a job's name. */
export const outcomeOf = (status: number): Outcome => (provesUnprocessed.has(status) ? "Refused" : "Unknown")
