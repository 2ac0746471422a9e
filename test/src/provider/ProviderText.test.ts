/** A provider's own words are shown only where they tell no secret. */
import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { safeProviderText } from "../../../src/provider/ProviderText.ts"

const prompt = "A red fox in the snow, wearing grandmother's scarf"
const key = "sk-canary-0123456789abcdef"

describe("ProviderText", () => {
  it("keeps an innocent text in one line", () => {
    assert.strictEqual(safeProviderText("Model Not Exist", [prompt, key]), "Model Not Exist")
    assert.strictEqual(safeProviderText("  too\n\tlong\u0007\u202e ", [prompt]), "too long")
  })

  it("cuts at 200 characters, never inside a surrogate pair", () => {
    assert.strictEqual(safeProviderText("ab ".repeat(100), [])?.length, 200)
    const cut = safeProviderText(`${"a ".repeat(99)}b🦊🦊`, []) ?? ""
    assert.isTrue(cut.isWellFormed() && cut.length <= 200)
  })

  it.each(["", "   ", "\n\t", "\u0000\u200b"])("%j is nothing", (text) => {
    assert.strictEqual(safeProviderText(text, []), undefined)
  })

  it.each([
    `invalid prompt: ${prompt}`,
    "invalid prompt: RED FOX IN THE",
    "near 'mother\\'s scarf'",
    "bad bytes a%20red%20fox%20in",
    "a  red\nfox  in  the",
    `key ${key} is wrong`,
    "key CANARY-0123 is wrong"
  ])("%j echoes a secret and is dropped whole", (text) => {
    assert.strictEqual(safeProviderText(text, [prompt, key]), undefined)
  })

  it("a short secret is dropped where it stands as a whole", () => {
    assert.strictEqual(safeProviderText("the word fox is not allowed", ["FOX"]), undefined)
    assert.strictEqual(
      safeProviderText("the word cat is not allowed", ["fox", "", "  "]),
      "the word cat is not allowed"
    )
  })

  it("an echo beyond the 200 characters shown counts too", () => {
    assert.strictEqual(safeProviderText(`${"no ".repeat(100)}${prompt}`, [prompt]), undefined)
  })

  it.each([
    "key sk-123456abcdef is wrong",
    "Bearer abc",
    "Authorization: Basic dXNlcg",
    "your api key ****c123 is invalid",
    "token 0123456789abcdef0123456789abcdef",
    "id YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo0NTY3ODk="
  ])("%j looks like a key and is dropped, known or not", (text) => {
    assert.strictEqual(safeProviderText(text, []), undefined)
  })

  it("white space at the edge of a secret hides no echo", () => {
    assert.strictEqual(safeProviderText("it is in snow", ["\n is in snowy woods"]), undefined)
    assert.strictEqual(safeProviderText("é insnowx", [" insnowxFox"]), undefined)
  })

  const word = Arbitrary.schema(Schema.Literals(["red ", "Fox", " in", "\n", "\t", "snow", "é", "🦊", "'", "-", "x"]))
  const words = Arbitrary.map(Arbitrary.array(word, { maxLength: 30 }), (parts) => parts.join(""))

  it.prop("never shows 8 characters of a secret in a row", { text: words, secret: words, around: words }, (it) => {
    for (const text of [it.text, `${it.around}${it.secret}${it.around}`]) {
      const shown = safeProviderText(text, [it.secret])?.toLowerCase() ?? ""
      const secret = it.secret.toLowerCase()
      for (let at = 0; at + 8 <= secret.length; at++) assert.notInclude(shown, secret.slice(at, at + 8))
      if (secret.trim() !== "" && secret.length < 8) assert.notInclude(shown, secret.trim())
    }
  })
})
