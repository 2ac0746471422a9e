/**
 * The bytes of a chat request. The order of fields is fixed: equal requests are equal bytes, which DeepSeek's context
 * cache needs from the first byte on, and which makes a hash of the body mean something.
 *
 * Never sent: `frequency_penalty` and `presence_penalty` (deprecated by DeepSeek), `user_id`.
 */
import type { DeepSeekChatRequest } from "../../../schemas/wire/DeepSeekChat.ts"
import type { ChatMessage, ChatRequest, ChatToolCall } from "./DeepSeek.ts"

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

const toolCallsJson = (calls: ReadonlyArray<ChatToolCall>): string =>
  JSON.stringify(
    calls.map((it) => ({ id: it.id, type: "function", function: { name: it.name, arguments: it.arguments } }))
  )

const messageJson = (message: ChatMessage): string => {
  const { content, role } = message
  const text = role === "system" ? systemPromptJson(content) : JSON.stringify(content)
  if (role === "tool") return `{"role":"tool","tool_call_id":${JSON.stringify(message.toolCallId)},"content":${text}}`
  if (role !== "assistant") return `{"role":"${role}","content":${text}}`
  const reasoning = message.reasoning === undefined ? "" : `,"reasoning_content":${JSON.stringify(message.reasoning)}`
  const calls = message.toolCalls === undefined ? "" : `,"tool_calls":${toolCallsJson(message.toolCalls)}`
  return `{"role":"assistant","content":${text}${reasoning}${calls}}`
}

const toolsJson = ({ toolChoice, tools }: ChatRequest): string => {
  if (tools === undefined || tools.length === 0) return ""
  const functions = tools.map(({ description, name, parameters }) => ({
    type: "function",
    function: { name, ...(description === undefined ? {} : { description }), parameters }
  }))
  const choice = typeof toolChoice === "object" ? { type: "function", function: { name: toolChoice.name } } : toolChoice
  return `,"tools":${JSON.stringify(functions)},"tool_choice":${JSON.stringify(choice ?? "auto")}`
}

/** The JSON text to be sent for a request. */
export const chatBody = (request: ChatRequest, isStreamed = false): string => {
  const { answerFormat, maximumTokens, messages, model, temperature, thinking, topP } = request
  const texts = messages.map(messageJson).join(",")
  const thinkingType: DeepSeekChatRequest["thinking"]["type"] = thinking ? "enabled" : "disabled"
  const formatType: DeepSeekChatRequest["response_format"]["type"] = answerFormat === "json" ? "json_object" : "text"
  const sampling = topP === undefined ? "" : `,"top_p":${topP}`
  const stream = isStreamed ? `true,"stream_options":{"include_usage":true}` : "false"
  return `{"model":${JSON.stringify(model)},"messages":[${texts}],"thinking":{"type":"${thinkingType}"},"temperature":${temperature}${sampling},"max_tokens":${maximumTokens},"response_format":{"type":"${formatType}"}${toolsJson(request)},"stream":${stream}}`
}
