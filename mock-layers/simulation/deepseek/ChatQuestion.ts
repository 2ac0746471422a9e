/**
 * Reads a chat request as strictly as DeepSeek does, with its words for what is wrong.
 *
 * **Source** api-docs.deepseek.com (fields and ranges), raycast/extensions#29730 (the text for retired names).
 */
import * as Result from "effect/Result"
import { fieldOf, jsonOf } from "../Handler.ts"
import type { PlainAnswer } from "../Messages.ts"
import type { SentMessage } from "./ChatTokens.ts"
import { deepSeekError } from "./DeepSeekErrors.ts"
import { type SimulatedTool, toolToCall } from "./ToolToCall.ts"

/** A chat request. */
export interface ChatQuestion {
  readonly model: string
  readonly messages: ReadonlyArray<SentMessage>
  readonly maximumTokens: number
  readonly isThinking: boolean
  readonly wantsJson: boolean
  readonly isStreamed: boolean
  readonly tellsUsage: boolean
  /** The tool that the answer calls, if it calls one. */
  readonly tool: SimulatedTool | undefined
}

const models = new Set(["deepseek-flash", "deepseek-v4-pro", "deepseek-v4-flash", "deepseek-v4-flash-vision-exp"])
const retiredModels = new Set(["deepseek-chat", "deepseek-reasoner"])
const roles = new Set(["system", "user", "assistant", "tool"])
const mostTokens = 384_000

/** The request, or DeepSeek's refusal of it. */
export const readChatQuestion = (body: string): Result.Result<ChatQuestion, PlainAnswer> => {
  const request = jsonOf(body)
  if (typeof request !== "object" || request === null)
    return Result.fail(deepSeekError(400, "Failed to parse the request body as JSON"))
  const model = fieldOf(request, "model")
  if (typeof model !== "string" || !models.has(model)) return Result.fail(unknownModel(model))
  const messages = fieldOf(request, "messages")
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage)) {
    return Result.fail(deepSeekError(400, "Invalid messages: each needs a role and content"))
  }
  const temperature = fieldOf(request, "temperature") ?? 1
  if (typeof temperature !== "number" || temperature < 0 || temperature > 2) {
    return Result.fail(deepSeekError(422, "Invalid temperature value, the valid range of temperature is [0, 2.0]"))
  }
  const maximumTokens = fieldOf(request, "max_tokens") ?? mostTokens
  if (
    typeof maximumTokens !== "number" ||
    !Number.isInteger(maximumTokens) ||
    maximumTokens < 1 ||
    maximumTokens > mostTokens
  ) {
    return Result.fail(
      deepSeekError(422, `Invalid max_tokens value, the valid range of max_tokens is [1, ${mostTokens}]`)
    )
  }
  return Result.succeed({
    model,
    messages,
    maximumTokens,
    isThinking: fieldOf(fieldOf(request, "thinking"), "type") !== "disabled",
    isStreamed: fieldOf(request, "stream") === true,
    tellsUsage: fieldOf(fieldOf(request, "stream_options"), "include_usage") === true,
    tool: toolToCall(request, messages),
    wantsJson: fieldOf(fieldOf(request, "response_format"), "type") === "json_object"
  })
}

const unknownModel = (model: unknown): PlainAnswer =>
  typeof model === "string" && retiredModels.has(model)
    ? deepSeekError(
        400,
        `The supported API model names are deepseek-v4-pro or deepseek-v4-flash, but you passed ${model}.`
      )
    : deepSeekError(400, "Model Not Exist")

const isMessage = (message: unknown): message is SentMessage => {
  const role = fieldOf(message, "role")
  return typeof role === "string" && roles.has(role) && typeof fieldOf(message, "content") === "string"
}
