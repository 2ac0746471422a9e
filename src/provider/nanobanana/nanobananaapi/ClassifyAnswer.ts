/**
 * What an answer of nanobananaapi.ai means that brings no job: total over every HTTP status and every body `code`. Pure.
 *
 * The envelope carries a `code` of its own, and both count: an HTTP 200 with `code` 402 is no success, and an HTTP 401
 * is none whatever the body says. For a paid submit the outcome is `Refused` only if neither contradicts it, so that a
 * request which may have been processed is never sent again.
 *
 * | proves that nothing was processed                        | proves nothing                                        |
 * | -------------------------------------------------------- | ----------------------------------------------------- |
 * | 400 401 402 403 404 405 413 414 415 422 429 431 455 503  | 2xx, 3xx, 408, 409, 500, 501, 502, 504, 505, the rest |
 *
 * A body that breaks off proves nothing either: the rest of it may have named a job.
 *
 * **Source** docs.nanobananaapi.ai documents 200, 400, 401, 404 and 500; docs.kie.ai, with the same envelope, 402, 422,
 * 429, 455 (maintenance), 501 (generation failed) and 505 (feature disabled): UNCONFIRMED here. 403, 405, 413, 414, 415,
 * 431 and 503 as RFC 9110 and RFC 6585 define them. Whether errors come with HTTP 200 is UNCONFIRMED. Read 2026-11-23.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { AttemptFailed } from "../../../../schemas/Failures.ts"
import type { Outcome } from "../../../../schemas/Provider.ts"
import type { ApiReason } from "../../../../schemas/Reason.ts"
import { NanoBananaApiAnswer } from "../../../../schemas/wire/NanoBananaApiAnswer.ts"
import type { Answer } from "../../../transport/Transport.ts"
import { retryHint } from "../../RetryHint.ts"
import { type AnswerContext, failedAnswer, isSuccess, keptText } from "../AnswerContext.ts"
import type { UnreadableReason } from "../JsonAnswer.ts"
import { reasonOfStatus, type StatusFacts } from "../StatusReason.ts"

/** The body `code` of a request that worked. */
export const codeOk = 200

const documentedCodes: ReadonlySet<number> = new Set([400, 401, 402, 403, 404, 422, 429, 455, 500, 501, 505])
const provesUnprocessed: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 413, 414, 415, 422, 429, 431, 455, 503
])

/** The envelope in a JSON object; fields that do not fit are absent. */
export const envelopeOf = (json: object): NanoBananaApiAnswer =>
  Option.getOrElse(Schema.decodeUnknownOption(NanoBananaApiAnswer)(json), () => ({}))

/** The provider's words. */
export const textOf = (envelope: NanoBananaApiAnswer): string | undefined => envelope.msg ?? envelope.message

/** The failed attempt of an answer whose status or code is no success. */
export const refused = (answer: Answer, envelope: NanoBananaApiAnswer, context: AnswerContext): AttemptFailed => {
  const text = textOf(envelope)
  const facts = { text, keptText: keptText(text, context), retryAfter: retryHint(answer.headers, context.nowMillis) }
  const reason = reasonOfCode(decisiveCode(answer.status, envelope.code), facts)
  return failedAnswer(answer, context, reason, outcomeOf(answer.status, envelope.code))
}

/** The failed attempt of an answer whose body can not be read. */
export const unreadable = (answer: Answer, reason: UnreadableReason, context: AnswerContext): AttemptFailed => {
  if (isSuccess(answer.status)) return failedAnswer(answer, context, reason, "Unknown")
  const failed = refused(answer, {}, context)
  return reason._tag === "IncompleteResponse" ? failedAnswer(answer, context, failed.reason, "Unknown") : failed
}

/**
 * Which of the two numbers tells why. A documented body code is more precise than the status, except 500: with a status
 * that is no success either, the status says more.
 */
export const decisiveCode = (status: number, code: number | undefined): number => {
  if (code === undefined || code === codeOk) return status
  if (isSuccess(status)) return code
  return documentedCodes.has(code) && code !== 500 ? code : status
}

/** What became of a request that was answered with these two and without a job's name. */
export const outcomeOf = (status: number, code: number | undefined): Outcome => {
  const isStatusProof = provesUnprocessed.has(status)
  if (code === undefined || code === codeOk) return isStatusProof ? "Refused" : "Unknown"
  return provesUnprocessed.has(code) && (isStatusProof || isSuccess(status)) ? "Refused" : "Unknown"
}

const reasonOfCode = (code: number, facts: StatusFacts): ApiReason => {
  const detail = facts.keptText === undefined ? {} : { detail: facts.keptText }
  switch (code) {
    case 455:
      return {
        _tag: "ServiceUnavailable",
        status: code,
        ...(facts.retryAfter === undefined ? {} : { retryAfter: facts.retryAfter })
      }
    case 501:
      return { _tag: "GenerationFailed", providerCode: "501", ...detail }
    case 505:
      return { _tag: "RequestRejected", status: code, ...detail }
    default:
      return reasonOfStatus(code, facts)
  }
}
