import { assert, describe, it } from "@effect/vitest"
import { EnhancementMode } from "../../../schemas/Enhancement.ts"
import { localTemplate, rawPrompt } from "../../../src/enhancement/LocalTemplate.ts"

describe("localTemplate", () => {
  it("keeps the person's words, and says something else for each mode", () => {
    const texts = EnhancementMode.literals.map((mode) =>
      localTemplate({ prompt: "Ein roter Fuchs", mode, parameters: {} })
    )
    assert.strictEqual(new Set(texts).size, 3)
    for (const text of texts) assert.match(text, /^Ein roter Fuchs, \w/)
  })

  it.each([
    ["a red fox.", "a red fox, "],
    ["a red fox ,;: ", "a red fox, "],
    ["a red fox!", "a red fox!, "],
    ["...", "..., "]
  ])("joins %j without doubled punctuation", (prompt, beginning) => {
    assert.isTrue(localTemplate({ prompt, mode: "precise", parameters: {} }).startsWith(beginning))
  })

  it.each([
    [[], "sharp focus"],
    [["fur"], "with attention to fur"],
    [["fur", "light"], "with attention to fur and light"],
    [["fur", "light", "snow"], "with attention to fur, light and snow"]
  ])("dwells on %j", (focus, ending) => {
    const text = localTemplate({ prompt: "a red fox", mode: "precise", parameters: { focus } })
    assert.isTrue(text.endsWith(ending))
  })
})

describe("rawPrompt", () => {
  it("is the prompt, cut at a word where it is longer than of use", () => {
    assert.strictEqual(rawPrompt({ prompt: "a red fox", maximumCharacters: 9 }), "a red fox")
    assert.strictEqual(rawPrompt({ prompt: "a red fox", maximumCharacters: 8 }), "a red")
  })
})
