/**
 * The bytes of a chat request. The order of fields is fixed: equal requests are equal bytes, which DeepSeek's context
 * cache needs from the first byte on, and which makes a hash of the body mean something.
 *
 * Never sent: `frequency_penalty` and `presence_penalty` (deprecated by DeepSeek), `user_id`.
 */
import type { DeepSeekChatRequest } from "../../../schemas/wire/DeepSeekChat.ts"
import type { ChatRequest } from "./DeepSeek.ts"

/** The JSON text to be sent for a request. */
export const chatBody = (request: ChatRequest): string =>
  JSON.stringify({
    model: request.model,
    messages: request.messages.map(({ content, role }) => ({ role, content })),
    thinking: { type: request.thinking ? "enabled" : "disabled" },
    temperature: request.temperature,
    max_tokens: request.maximumTokens,
    response_format: { type: request.answerFormat === "json" ? "json_object" : "text" },
    stream: false
  } satisfies DeepSeekChatRequest)
