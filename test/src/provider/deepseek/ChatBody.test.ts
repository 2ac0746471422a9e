/** The bytes of a chat request are JSON of the documented form, whatever the texts are. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { DeepSeekChatRequest } from "../../../../schemas/wire/DeepSeekChat.ts"
import { chatBody } from "../../../../src/provider/deepseek/ChatBody.ts"
import type { ChatRequest } from "../../../../src/provider/deepseek/DeepSeek.ts"

const Text = Schema.String
const Request = Schema.Struct({
  model: Text,
  messages: Schema.Array(Schema.Struct({ role: Schema.Literals(["system", "user", "assistant"]), content: Text })),
  temperature: Schema.Literals([0, 0.1, 0.29, 0.7, 1.3, 2]),
  maximumTokens: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 384_000 })),
  thinking: Schema.Boolean,
  answerFormat: Schema.Literals(["text", "json"])
})

describe("ChatBody", () => {
  it.prop("is the wire form of the request, in the order of the schema", [Request], ([request]) => {
    const { answerFormat, maximumTokens, messages, model, temperature, thinking }: ChatRequest = request
    const wire: DeepSeekChatRequest = {
      model,
      messages,
      thinking: { type: thinking ? "enabled" : "disabled" },
      temperature,
      max_tokens: maximumTokens,
      response_format: { type: answerFormat === "json" ? "json_object" : "text" },
      stream: false
    }
    const body = chatBody(request)
    assert.deepStrictEqual(Schema.decodeUnknownSync(Schema.fromJsonString(DeepSeekChatRequest))(body), wire)
    assert.strictEqual(
      body,
      JSON.stringify({ ...wire, messages: messages.map(({ content, role }) => ({ role, content })) })
    )
  })
})
