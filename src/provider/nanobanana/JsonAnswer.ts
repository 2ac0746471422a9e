/**
 * Reads an answer's body as a JSON object, and says what is wrong with it where it is none. Pure; it never quotes a byte.
 *
 * What a missing or broken body means for a paid request is decided by the protocol's `ClassifyAnswer.ts`.
 */
import * as Result from "effect/Result"
import type { EmptyResponse, IncompleteResponse, MalformedResponse } from "../../../schemas/Reason.ts"
import type { Answer } from "../../transport/Transport.ts"
import { answerFacts } from "../AnswerFacts.ts"

/** The ways in which a body is no JSON object. */
export type UnreadableReason =
  | typeof EmptyResponse.Type
  | typeof IncompleteResponse.Type
  | typeof MalformedResponse.Type

/**
 * The JSON object in an answer's body.
 *
 * **Errors** `EmptyResponse` for a blank body, `IncompleteResponse` for an object that begins and is not whole,
 * `MalformedResponse` for anything else.
 */
export const jsonObject = (answer: Answer): Result.Result<object, UnreadableReason> => {
  const text = new TextDecoder().decode(answer.body).trim()
  if (text === "") return Result.fail({ _tag: "EmptyResponse", ...answerFacts(answer) })
  const value = parsed(text)
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Result.succeed(value)
  if (value === undefined && text.startsWith("{")) {
    return Result.fail({ _tag: "IncompleteResponse", ...answerFacts(answer), problem: "no whole JSON object" })
  }
  return Result.fail(malformed(answer, value === undefined ? "not JSON" : "not a JSON object"))
}

/** An answer that is JSON and still not what was agreed. `problem` is our own wording, never the answer's. */
export const malformed = (answer: Answer, problem: string): typeof MalformedResponse.Type => ({
  _tag: "MalformedResponse",
  ...answerFacts(answer),
  problem
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
