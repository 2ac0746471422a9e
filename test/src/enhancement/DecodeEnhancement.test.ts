/** The rewritten prompt out of what a model wrote. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { decodeEnhancement } from "../../../src/enhancement/DecodeEnhancement.ts"
import type { ChatAnswer } from "../../../src/provider/deepseek/DeepSeek.ts"

const answer = (content: string): ChatAnswer => ({
  id: "1",
  model: "deepseek-flash",
  content,
  finishReason: "stop",
  usage: {
    promptTokens: undefined,
    cacheHitTokens: undefined,
    cacheMissTokens: undefined,
    completionTokens: undefined
  },
  providerRequestId: "request-1"
})

describe("DecodeEnhancement", () => {
  it.each([
    '{"prompt": "A red fox."}',
    '\n {"prompt": "A red fox.", "mood": "calm"}\n',
    '```json\n{"prompt": "A red fox."}\n```',
    '```\n{"prompt": "A red fox."}```',
    'Here it is:\n```JSON\n{"prompt": "A red fox."}\n```\nEnjoy!',
    '{"prompt": " A red\\u0000 fox.\\u202e "}'
  ])("%j is a red fox", (content) => {
    assert.deepStrictEqual(decodeEnhancement(answer(content)), Result.succeed("A red fox."))
  })

  it("a fence inside the prompt is part of the prompt", () => {
    const prompt = "a sign that reads ```json {} ```"
    assert.deepStrictEqual(decodeEnhancement(answer(JSON.stringify({ prompt }))), Result.succeed(prompt))
  })

  it.each([
    ["CANARY in prose", "content: expected a json object"],
    ['{"prompt": "CANARY', "content: expected a json object"],
    ["```json\nCANARY\n```", "content: expected a json object"],
    ['{"text": "CANARY"}', "content: prompt: missing, expected a string"],
    ['{"prompt": ["CANARY"]}', "content: prompt: expected a string"],
    ['"CANARY"', "content: answer: expected an object with the fields prompt"],
    ["null", "content: answer: expected an object with the fields prompt"]
  ])("%j is malformed, and the problem quotes the schema", (content, problem) => {
    const result = decodeEnhancement(answer(content))
    const failure = Result.isFailure(result) ? result.failure : assert.fail("it failed")
    assert.deepInclude(failure, { outcome: "Done", operation: "chat", providerRequestId: "request-1" })
    assert.deepInclude(failure.reason, { _tag: "MalformedResponse", problem, bytes: content.length })
    assert.notInclude(JSON.stringify(failure), "CANARY")
  })

  it.each(['{"prompt": ""}', '{"prompt": " \\n "}', '{"prompt": "\\u202e\\u0000"}', "```\n\n```"])(
    "%j is blank: no degradation goes by as a prompt",
    (content) => {
      const result = decodeEnhancement(answer(content))
      const tag = Result.isFailure(result) ? result.failure.reason._tag : undefined
      assert.strictEqual(tag, content.startsWith("`") ? "MalformedResponse" : "EmptyResponse")
    }
  )
})
