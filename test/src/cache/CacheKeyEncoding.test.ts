/** The encoding behind the keys: what is stored under one must be found by the next release. */
import { hash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Owner } from "../../../schemas/Identifiers.ts"
import { cacheKey, type CacheKeyParts } from "../../../src/cache/CacheKey.ts"

const parts: CacheKeyParts = {
  schemaVersion: 3,
  templateVersion: "t1",
  model: "deepseek-flash",
  thinking: true,
  baseURL: "https://api.deepseek.com",
  isSimulated: false,
  owner: Owner.make("default"),
  request: {
    prompt: "a red fox",
    mode: "balanced",
    parameters: { length: 40, creativity: 0.5, focus: ["light", "fur"] },
    maximumCharacters: 4_000
  }
}

const sha256 = (text: string): string => hash("sha256", text, "hex")

describe("the encoding of a key", () => {
  it("is the fields in their order, each text with its length before it", () => {
    const text =
      "3;2:t114:deepseek-flash+24:https://api.deepseek.com-7:default8:balanced40;0.5;4000;2;5:light3:fur9:a red fox"
    assert.strictEqual(cacheKey(parts), sha256(text))
  })

  it("has a dash for what is not given", () => {
    const text = "3;2:t114:deepseek-flash+24:https://api.deepseek.com-7:default8:balanced--4000;0;9:a red fox"
    assert.strictEqual(cacheKey({ ...parts, request: { ...parts.request, parameters: {} } }), sha256(text))
  })
})
