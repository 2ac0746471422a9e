/** A text shortened at a word, and never inside a character. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { cutAtWord } from "../../../src/enhancement/CutAtWord.ts"

describe("CutAtWord", () => {
  it.each<[string, number, string]>([
    ["a red fox", 9, "a red fox"],
    ["a red fox", 100, "a red fox"],
    ["a red fox", 8, "a red"],
    ["a red fox", 5, "a red"],
    ["a red, fox", 6, "a red"],
    ["a red - fox", 8, "a red"],
    ["snow\nand fog", 7, "snow"],
    ["unbreakable", 5, "unbre"],
    ["a unbreakable", 10, "a unbreaka"],
    ["雪の中の赤い狐", 4, "雪の中の"],
    ["🦊🦊🦊", 3, "🦊"],
    ["🦊🦊🦊", 4, "🦊🦊"],
    ["fox 👩‍👩‍👧", 7, "fox"],
    ["cafe\u0301s", 4, "caf"],
    ["👍🏽👍🏽", 6, "👍🏽"],
    ["🦊", 1, ""],
    ["-----", 3, "---"]
  ])("%j in %i characters is %j", (text, maximum, expected) => {
    assert.strictEqual(cutAtWord(text, maximum), expected)
  })

  const piece = Schema.Literals(["a", "word", " ", "\n", ", ", "🦊", "👩‍👩‍👧", "e\u0301", "\u0301", "\u200d", "雪", "-"])
  const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(piece), { maxLength: 40 }), (it) => it.join(""))
  const maximum = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 80 }))

  it.prop("is a beginning, never too long, never half a surrogate pair", { text, maximum }, ({ maximum, text }) => {
    const cut = cutAtWord(text, maximum)
    assert.isTrue(text.startsWith(cut))
    assert.isAtMost(cut.length, maximum)
    assert.isTrue(cut.isWellFormed())
    if (maximum >= 2 && text.trim() !== "") assert.isAbove(cut.length, 0)
  })
})
