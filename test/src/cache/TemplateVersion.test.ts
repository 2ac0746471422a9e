/** What makes an answer one to the old wording. */
import { hash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { EnhancementMode } from "../../../schemas/Enhancement.ts"
import { templateSamples, templateVersion } from "../../../src/cache/TemplateVersion.ts"
import { temperatureOf } from "../../../src/enhancement/Sampling.ts"
import { malformedNote, systemPrompt, tooLongNote } from "../../../src/enhancement/Templates.ts"

describe("templateVersion", () => {
  it("is the hash of requests that hold every template and every temperature", () => {
    assert.strictEqual(templateVersion, hash("sha256", JSON.stringify(templateSamples), "hex"))
    const contents = templateSamples.flatMap((request) => request.messages.map((message) => message.content))
    const temperatures = templateSamples.map((request) => request.temperature)
    for (const mode of EnhancementMode.literals) {
      assert.include(contents, systemPrompt(mode))
      assert.include(temperatures, temperatureOf(mode, undefined))
    }
    const everything = contents.join("\n")
    for (const text of [
      malformedNote("problem"),
      tooLongNote(2_000, 1_000),
      "about 100 words",
      "at most 1000 characters"
    ]) {
      assert.include(everything, text)
    }
  })
})
