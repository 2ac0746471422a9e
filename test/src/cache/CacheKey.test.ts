/** Which requests share an answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { EnhancementMode } from "../../../schemas/Enhancement.ts"
import { Owner } from "../../../schemas/Identifiers.ts"
import { cacheKey, type CacheKeyParts } from "../../../src/cache/CacheKey.ts"

/** Few letters, and such as the encoding itself uses, so that two lists are often close to each other. */
const Text = Schema.Array(Schema.Literals(["a", "1", ":", ";", "-", "é", "\ud83e", "\udd8a", '"', "\\"])).check(
  Schema.isMaxLength(4)
)
const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))

const Drawn = Schema.Struct({
  schemaVersion: Count,
  templateVersion: Text,
  model: Text,
  thinking: Schema.Boolean,
  baseURL: Text,
  isSimulated: Schema.Boolean,
  owner: Text,
  mode: EnhancementMode,
  prompt: Text,
  maximumCharacters: Count,
  length: Schema.optionalKey(Count),
  creativity: Schema.optionalKey(Schema.Literals([0, 0.1, 0.5, 1])),
  focus: Schema.optionalKey(Schema.Array(Text).check(Schema.isMaxLength(3)))
})

const joined = (letters: ReadonlyArray<string>): string => letters.join("")

const partsOf = (drawn: typeof Drawn.Type): CacheKeyParts => ({
  schemaVersion: drawn.schemaVersion,
  templateVersion: joined(drawn.templateVersion),
  model: joined(drawn.model),
  thinking: drawn.thinking,
  baseURL: joined(drawn.baseURL),
  isSimulated: drawn.isSimulated,
  owner: Owner.make(`o${joined(drawn.owner)}`),
  request: {
    prompt: joined(drawn.prompt),
    mode: drawn.mode,
    parameters: {
      ...(drawn.length === undefined ? {} : { length: drawn.length }),
      ...(drawn.creativity === undefined ? {} : { creativity: drawn.creativity }),
      ...(drawn.focus === undefined ? {} : { focus: drawn.focus.map(joined) })
    },
    maximumCharacters: drawn.maximumCharacters
  }
})

/** What a key stands for, told apart by another encoding than the key's own. */
const meaningOf = ({ request, ...parts }: CacheKeyParts): string =>
  JSON.stringify([
    parts.schemaVersion,
    parts.templateVersion,
    parts.model,
    parts.thinking,
    parts.baseURL,
    parts.isSimulated,
    parts.owner,
    request.prompt,
    request.mode,
    request.parameters.length ?? null,
    request.parameters.creativity ?? null,
    request.parameters.focus ?? [],
    request.maximumCharacters
  ])

const parts: CacheKeyParts = {
  schemaVersion: 1,
  templateVersion: "t",
  model: "deepseek-flash",
  thinking: false,
  baseURL: "https://api.deepseek.com",
  isSimulated: false,
  owner: Owner.make("default"),
  request: { prompt: "a red fox", mode: "balanced", parameters: {}, maximumCharacters: 4000 }
}

const withRequest = (change: Partial<CacheKeyParts["request"]>): CacheKeyParts => ({
  ...parts,
  request: { ...parts.request, ...change }
})

/** The same fields, last first. */
const reversed = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).toReversed()) as T

describe("cacheKey", () => {
  it("a request's key is the same in every process and release, or what is stored is lost", () => {
    assert.strictEqual(cacheKey(parts), "aee8b1538c3d62d95f01b9267e8f7cc0be37585a4f0a0782cbf47fd1ead69864")
  })

  it("every field changes the key", () => {
    const others: ReadonlyArray<CacheKeyParts> = [
      parts,
      { ...parts, schemaVersion: 2 },
      { ...parts, templateVersion: "u" },
      { ...parts, model: "deepseek-pro" },
      { ...parts, thinking: true },
      { ...parts, baseURL: "https://api.deepseek.com/beta" },
      { ...parts, isSimulated: true },
      { ...parts, owner: Owner.make("another") },
      withRequest({ prompt: "a red fox." }),
      withRequest({ mode: "precise" }),
      withRequest({ maximumCharacters: 3999 }),
      withRequest({ parameters: { length: 100 } }),
      withRequest({ parameters: { creativity: 0 } }),
      withRequest({ parameters: { creativity: 100 } }),
      withRequest({ parameters: { focus: ["light"] } }),
      withRequest({ parameters: { focus: ["light", "mood"] } }),
      withRequest({ parameters: { focus: ["mood", "light"] } }),
      withRequest({ parameters: { focus: ["lightmood"] } })
    ]
    assert.strictEqual(new Set(others.map(cacheKey)).size, others.length)
  })

  it("the order of fields, absent fields and an empty focus do not change the key", () => {
    const parameters = { length: 50, creativity: 0.5 }
    const one = withRequest({ parameters })
    const other = reversed({ ...one, request: reversed({ ...one.request, parameters: reversed(parameters) }) })
    assert.notDeepEqual(Object.keys(one), Object.keys(other))
    assert.strictEqual(cacheKey(one), cacheKey(other))
    assert.strictEqual(cacheKey(parts), cacheKey(withRequest({ parameters: { focus: [] } })))
  })

  it("what is not asked for does not change the key", () => {
    const request = { ...parts.request, notes: ["a note about an earlier answer"] }
    assert.strictEqual(cacheKey(parts), cacheKey({ ...parts, request }))
  })

  it("halves of surrogate pairs, which UTF-8 does not tell apart, are told apart", () => {
    const prompts = ["\ud800", "\ud801", "\ufffd", '"\\ud800"']
    assert.strictEqual(new Set(prompts.map((prompt) => cacheKey(withRequest({ prompt })))).size, prompts.length)
  })

  it.prop(
    "two lists of parts have the same key exactly when they mean the same",
    [Drawn, Drawn],
    ([left, right]) => {
      const [one, other] = [partsOf(left), partsOf(right)]
      assert.strictEqual(cacheKey(one) === cacheKey(other), meaningOf(one) === meaningOf(other))
    },
    { arbitrary: { runs: 2_000 } }
  )

  it.prop(
    "the border between two neighbours can not be moved",
    [Text, Text, Text],
    ([left, middle, right]) => {
      const [a, b, c] = [joined(left), joined(middle), joined(right)]
      const key = (first: string, second: string) =>
        [
          { ...parts, templateVersion: first, model: second },
          { ...parts, baseURL: first, owner: Owner.make(`o${second}`) },
          withRequest({ prompt: second, parameters: { focus: [first] } }),
          withRequest({ parameters: { focus: [first, second] } })
        ].map(cacheKey)
      const isSame = `${a}${b}` === a
      for (const [index, one] of key(a + b, c).entries()) {
        assert.strictEqual(one === key(a, b + c)[index], isSame)
      }
    },
    { arbitrary: { runs: 1_000 } }
  )
})
