/** A text made fit to be sent, and the check that it is. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { sanitizeInput, sanitizeText, unfitCodePoint } from "../../../src/input/Sanitize.ts"

describe("Sanitize", () => {
  it.each([
    ["  a red fox \n", "a red fox"],
    ["e\u0301", "é"],
    ["a\u0000b\u0007c\u007fd\u009fe", "abcde"],
    ["a\u202eb\u202ac\u2066d\u2069e", "abcde"],
    ["a\tb", "a b"],
    ["a\r\nb\rc\u2028d\ne", "a\nb\nc\nd\ne"],
    ["אבג", "אבג"],
    ["👩‍👩‍👧 🦊", "👩‍👩‍👧 🦊"],
    ["\u0007 \u202e", ""]
  ])("%j becomes %j", (text, expected) => {
    assert.strictEqual(sanitizeText(text), expected)
  })

  it("goes through objects and lists, and leaves everything else as it was given", () => {
    const when = new Date(0)
    assert.deepStrictEqual(sanitizeInput({ a: " x ", b: [" y ", 1, null], c: { d: "\u0000z" }, when }), {
      a: "x",
      b: ["y", 1, null],
      c: { d: "z" },
      when
    })
    assert.strictEqual(sanitizeInput(" x "), "x")
    assert.strictEqual(sanitizeInput(undefined), undefined)
  })

  const pieces = Schema.Literals([
    "a",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u0000",
    "\u0085",
    "\u2028",
    "\u202e",
    "\u2066",
    "e",
    "\u0301",
    "\u0323",
    "🦊",
    "\ud83e",
    "\udd8a",
    "\u200d",
    "\ufeff",
    "ﬁ",
    "각",
    "\u1100",
    "\u1161"
  ])
  const text = Arbitrary.map(Arbitrary.array(Arbitrary.schema(pieces), { maxLength: 20 }), (it) => it.join(""))

  it.prop("doing it twice changes nothing", { text, any: Schema.String }, ({ any, text }) => {
    for (const it of [text, any]) assert.strictEqual(sanitizeText(sanitizeText(it)), sanitizeText(it))
  })

  it.prop("what is sanitised and well formed holds no unfit code point", { text }, ({ text }) => {
    assert.strictEqual(unfitCodePoint(sanitizeText(text.toWellFormed())), undefined)
  })
})
