/**
 * What an answer of DeepSeek means: the one place that turns status and body into a result or a failed attempt. Pure and
 * total; every status and every body has a meaning.
 *
 * The status says little when it is 200: DeepSeek sends it at once and blank lines after it, so the body may still be
 * blank, cut, an error object, or a completion that did not finish.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Operation, Outcome } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { problemText } from "../../input/SchemaProblem.ts"
import type { Answer } from "../../transport/Transport.ts"
import { type AnswerFacts, answerFacts } from "../AnswerFacts.ts"
import { failedAnswerOf } from "../FailedAnswer.ts"
import { type JsonBody, readJson } from "../JsonBody.ts"
import { safeProviderText } from "../ProviderText.ts"
import { retryHint } from "../RetryHint.ts"
import { classifyStatus } from "./ClassifyStatus.ts"
import { errorObjectOf } from "./ErrorText.ts"

/** What must be known besides the answer. **Units** `nowMillis` since 1970. */
export interface AnswerContext {
  readonly operation: Operation
  /** The key, and the texts of the request: nothing that shares a part of them is shown. Asked for failures only. */
  readonly secrets: () => ReadonlyArray<string>
  readonly nowMillis: number
}

/** Reads the JSON of a 2xx answer; a failure is a request that was processed, to no use. */
export type ReadAnswer<A> = (json: unknown, facts: () => AnswerFacts) => Result.Result<A, ApiReason>

/** Classifies an answer; `read` takes what it needs out of the JSON of a good one. */
export const classifyAnswer = <A>(
  answer: Answer,
  context: AnswerContext,
  read: ReadAnswer<A>
): Result.Result<A, AttemptFailed> => {
  const body = readJson(answer.body)
  const error = body._tag === "Json" ? errorObjectOf(body.value) : undefined
  const isGood = answer.status >= 200 && answer.status < 300
  if (isGood && error === undefined) return readGood(body, answer, context, read)
  const message = error?.message ?? ""
  const classified = classifyStatus(isGood ? (error?.status ?? 500) : answer.status, {
    message,
    detail: safeProviderText(message, context.secrets()),
    retryAfter: retryHint(answer.headers, context.nowMillis)
  })
  return Result.fail(failedAnswer(answer, context, classified.reason, classified.outcome))
}

const readGood = <A>(
  body: JsonBody,
  answer: Answer,
  context: AnswerContext,
  read: ReadAnswer<A>
): Result.Result<A, AttemptFailed> => {
  // The facts hold a hash of the whole body: a good answer does not pay for it.
  const facts = () => answerFacts(answer)
  const fail = (reason: ApiReason, outcome: Outcome) => Result.fail(failedAnswer(answer, context, reason, outcome))
  switch (body._tag) {
    case "Blank":
      return fail({ _tag: "EmptyResponse", ...facts() }, "Unknown")
    case "Truncated":
      return fail({ _tag: "IncompleteResponse", ...facts(), problem: "the JSON breaks off" }, "Unknown")
    case "NotJson":
      // A page of whoever stands between: it does not tell whether a completion was made.
      return fail({ _tag: "MalformedResponse", ...facts(), problem: "answer: expected JSON" }, "Unknown")
    case "Json":
      return Result.mapError(read(body.value, facts), (reason) => failedAnswer(answer, context, reason, "Done"))
  }
}

/** A failed attempt whose answer had this head. */
export const failedAnswer = failedAnswerOf("deepseek")

/** A reader that takes whatever the schema describes. */
export const readWith = <S extends Schema.ConstraintDecoder<unknown>>(schema: S): ReadAnswer<S["Type"]> => {
  const decode = Schema.decodeUnknownResult(schema)
  return (json, facts) =>
    Result.mapError(decode(json), (error) => ({
      _tag: "MalformedResponse",
      ...facts(),
      problem: problemText(error.issue, schema.ast)
    }))
}
