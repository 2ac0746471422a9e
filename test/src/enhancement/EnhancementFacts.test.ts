/** What may be logged of an enhancement holds no text of it, also as JSON. */
import { assert, describe, it } from "@effect/vitest"
import { enhancementChat, noEarlierAttempts } from "../../../src/enhancement/EnhancementChat.ts"
import { EnhancementFacts } from "../../../src/enhancement/EnhancementFacts.ts"
import { chooseModel } from "../../../src/provider/deepseek/Models.ts"

describe("EnhancementFacts", () => {
  it("as JSON are lengths, a hash and parameters without text", () => {
    const ask = {
      prompt: "a red fox",
      mode: "precise",
      parameters: { creativity: 0.5, focus: ["light", "fur"] },
      maximumCharacters: 4_000,
      notes: []
    } as const
    const facts = new EnhancementFacts(ask, enhancementChat(ask, chooseModel("deepseek-flash"), noEarlierAttempts))
    const { bodySha256, ...rest } = JSON.parse(JSON.stringify(facts))
    assert.match(bodySha256, /^[0-9a-f]{64}$/)
    assert.deepStrictEqual(rest, {
      fieldLengths: { prompt: 9, focus: 8 },
      parameters: { mode: "precise", model: "deepseek-flash", maximumCharacters: 4_000, creativity: 0.5, focus: 2 }
    })
  })
})
