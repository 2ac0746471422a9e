/**
 * The rewritten prompt out of a completion's text: JSON by agreement, with or without a code fence around it. What is
 * not in the agreed form fails the attempt, and the next one quotes the problem.
 *
 * The text comes from a model that has read a stranger's prompt: it is sanitised like any input.
 */
import { hash } from "node:crypto"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import { decodeCompiled } from "../input/CompiledSchema.ts"
import { sanitizeText } from "../input/Sanitize.ts"
import { problemText } from "../input/SchemaProblem.ts"
import type { ChatAnswer } from "../provider/deepseek/DeepSeek.ts"
import { parseJson } from "../provider/JsonBody.ts"

/** The agreed form. Other fields are ignored. */
const EnhancementAnswer = Schema.Struct({ prompt: Schema.String })
const decode = decodeCompiled(EnhancementAnswer)

/**
 * The rewritten prompt, sanitised and not blank.
 *
 * **Errors** `AttemptFailed` with `MalformedResponse` or `EmptyResponse`; the completion was made and paid for (`Done`).
 */
export const decodeEnhancement = (answer: ChatAnswer): Result.Result<string, AttemptFailed> => {
  const json = parseJson(unfenced(answer.content))
  if (json._tag !== "Json") return malformed(answer, "content: expected a json object")
  const decoded = decode(json.value)
  if (Result.isFailure(decoded)) {
    return malformed(answer, `content: ${problemText(decoded.failure.issue, EnhancementAnswer.ast)}`)
  }
  const prompt = sanitizeText(decoded.success.prompt.toWellFormed())
  return prompt === "" ? failed(answer, { _tag: "EmptyResponse", ...factsOf(answer) }) : Result.succeed(prompt)
}

/** The hash of a good answer is asked for by nobody. */
const factsOf = ({ content }: ChatAnswer) => ({
  contentType: "application/json",
  bytes: Buffer.byteLength(content),
  sha256: hash("sha256", content, "hex")
})

const malformed = (answer: ChatAnswer, problem: string): Result.Result<never, AttemptFailed> =>
  failed(answer, { _tag: "MalformedResponse", ...factsOf(answer), problem })

const unfenced = (content: string): string => {
  const text = content.trim()
  if (text.startsWith("{")) return text
  return /```[a-z]*\s*([^]*?)```/i.exec(text)?.[1] ?? text
}

const failed = (answer: ChatAnswer, reason: ApiReason): Result.Result<never, AttemptFailed> =>
  Result.fail(
    new AttemptFailed({
      provider: "deepseek",
      operation: "chat",
      reason,
      outcome: "Done",
      status: 200,
      ...(answer.providerRequestId === undefined ? {} : { providerRequestId: answer.providerRequestId })
    })
  )
