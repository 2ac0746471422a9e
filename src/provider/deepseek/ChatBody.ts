/**
 * The bytes of a chat request. The order of fields is fixed: equal requests are equal bytes, which DeepSeek's context
 * cache needs from the first byte on, and which makes a hash of the body mean something.
 *
 * Never sent: `frequency_penalty` and `presence_penalty` (deprecated by DeepSeek), `user_id`.
 */
import type { DeepSeekChatRequest } from "../../../schemas/wire/DeepSeekChat.ts"
import type { ChatMessage, ChatRequest } from "./DeepSeek.ts"

/** System prompts that are remembered as JSON: there is one for each mode, and each is long. */
const rememberedPrompts = 16

const systemPrompts = new Map<string, string>()

const systemPromptJson = (content: string): string => {
  const known = systemPrompts.get(content)
  if (known !== undefined) return known
  const json = JSON.stringify(content)
  if (systemPrompts.size >= rememberedPrompts) systemPrompts.clear()
  systemPrompts.set(content, json)
  return json
}

const messageJson = ({ content, role }: ChatMessage): string =>
  `{"role":"${role}","content":${role === "system" ? systemPromptJson(content) : JSON.stringify(content)}}`

/** The JSON text to be sent for a request. */
export const chatBody = (request: ChatRequest): string => {
  const { answerFormat, maximumTokens, messages, model, temperature, thinking } = request
  const texts = messages.map(messageJson).join(",")
  const thinkingType: DeepSeekChatRequest["thinking"]["type"] = thinking ? "enabled" : "disabled"
  const formatType: DeepSeekChatRequest["response_format"]["type"] = answerFormat === "json" ? "json_object" : "text"
  return `{"model":${JSON.stringify(model)},"messages":[${texts}],"thinking":{"type":"${thinkingType}"},"temperature":${temperature},"max_tokens":${maximumTokens},"response_format":{"type":"${formatType}"},"stream":false}`
}
