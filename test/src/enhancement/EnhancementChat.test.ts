/** How an attempt differs from the one before it. */
import { assert, describe, it } from "@effect/vitest"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { enhancementChat, largestChat, noEarlierAttempts } from "../../../src/enhancement/EnhancementChat.ts"
import type { EnhancementAsk } from "../../../src/enhancement/Templates.ts"
import { chatBody } from "../../../src/provider/deepseek/ChatBody.ts"
import { chooseModel } from "../../../src/provider/deepseek/Models.ts"

const ask: EnhancementAsk = {
  prompt: "a red fox in the snow",
  mode: "creative",
  parameters: { length: 100 },
  maximumCharacters: 4000,
  notes: []
}
const flash = chooseModel("deepseek-flash")
const facts = { contentType: "application/json", bytes: 0, sha256: "" }

const after = (reason: ApiReason) =>
  new AttemptFailed({ provider: "deepseek", operation: "chat", reason, outcome: "Done" })

describe("EnhancementChat", () => {
  it("the first attempt asks for json, without thinking, at the mode's temperature", () => {
    const request = enhancementChat(ask, flash, noEarlierAttempts)
    assert.deepInclude(request, {
      model: "deepseek-flash",
      temperature: 1.5,
      maximumTokens: 656,
      thinking: false,
      answerFormat: "json"
    })
    assert.strictEqual(chatBody(request), chatBody(enhancementChat({ ...ask }, flash, noEarlierAttempts)))
  })

  it("after a malformed answer the problem is quoted, before the user's text", () => {
    const reason = {
      _tag: "MalformedResponse",
      ...facts,
      problem: "content: prompt: missing, expected a string"
    } as const
    const { messages } = enhancementChat(ask, flash, { previous: after(reason), emptyAnswers: 0 })
    assert.deepStrictEqual(messages[0], enhancementChat(ask, flash, noEarlierAttempts).messages[0])
    assert.include(messages[1]?.content, "content: prompt: missing, expected a string")
    assert.isTrue(messages[1]?.content.endsWith('{"focus":[],"text":"a red fox in the snow"}'))
  })

  it("after an answer cut at max_tokens there is room for twice as many, and for no other reason", () => {
    const cut = after({ _tag: "IncompleteResponse", ...facts, problem: "cut at max_tokens" })
    assert.strictEqual(enhancementChat(ask, flash, { previous: cut, emptyAnswers: 0 }).maximumTokens, 1312)
    const broken = after({ _tag: "IncompleteResponse", ...facts, problem: "the JSON breaks off" })
    assert.strictEqual(enhancementChat(ask, flash, { previous: broken, emptyAnswers: 0 }).maximumTokens, 656)
  })

  it("json_object is left out after the second empty answer", () => {
    const previous = after({ _tag: "EmptyResponse", ...facts })
    const formats = [0, 1, 2, 3].map(
      (emptyAnswers) => enhancementChat(ask, flash, { previous, emptyAnswers }).answerFormat
    )
    assert.deepStrictEqual(formats, ["json", "json", "text", "text"])
  })

  it("no attempt is larger than the one its price is reserved for", () => {
    for (const name of ["deepseek-flash", "deepseek-reasoner"]) {
      const choice = chooseModel(name)
      const largest = largestChat(enhancementChat(ask, choice, noEarlierAttempts))
      const reasons: ReadonlyArray<ApiReason> = [
        { _tag: "MalformedResponse", ...facts, problem: "x".repeat(1000) },
        { _tag: "IncompleteResponse", ...facts, problem: "cut at max_tokens" }
      ]
      for (const reason of reasons) {
        const request = enhancementChat(ask, choice, { previous: after(reason), emptyAnswers: 9 })
        assert.isAtMost(request.maximumTokens, largest.maximumTokens)
        assert.isAtMost(Buffer.byteLength(request.messages.map((it) => it.content).join("\n")), largest.promptBytes)
      }
    }
  })
})
