/** What is refused before anything is sent, and what the refusal says: a field and lengths, never a value. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { CallOptions } from "../../../schemas/CallOptions.ts"
import { EnhancementRequest } from "../../../schemas/Enhancement.ts"
import { ImageRequest } from "../../../schemas/Image.ts"
import { sanitizeInput } from "../../../src/input/Sanitize.ts"
import { validateInput } from "../../../src/input/Validate.ts"

const canary = "CANARY red fox"

const refusal = (schema: Schema.ConstraintDecoder<unknown>, input: unknown, prefix?: string) => {
  const result = validateInput(schema, input, prefix)
  return Result.isFailure(result) ? result.failure : undefined
}

describe("Validate", () => {
  it("gives what the schema promises", () => {
    const request = { prompt: "a red fox", mode: "precise", parameters: { focus: ["light"], length: 80 } } as const
    assert.deepStrictEqual(validateInput(EnhancementRequest, request), Result.succeed(request))
  })

  it("an object of a class is refused, because nothing in it was sanitised", () => {
    class Request {
      readonly prompt = "  a red fox  "
    }
    const request = new Request()
    const refused = { field: "input", problem: "an object of a class", expected: "a plain object" }
    assert.deepInclude(refusal(EnhancementRequest, sanitizeInput(request)), refused)
    assert.deepInclude(refusal(EnhancementRequest, { prompt: "fox", parameters: new Map() }), {
      ...refused,
      field: "parameters"
    })
  })

  it("a character is a code point: a picture character counts once", () => {
    const longest = { prompt: "🦊".repeat(4000) }
    assert.deepStrictEqual(validateInput(EnhancementRequest, longest), Result.succeed<EnhancementRequest>(longest))
    const tooLong = refusal(EnhancementRequest, { prompt: "🦊".repeat(4001) })
    assert.deepInclude(tooLong, {
      problem: "4001 characters",
      expected: "1 to 4000 characters, at least one of them visible"
    })
  })

  it("a prompt of which nothing can be seen is no prompt", () => {
    const invisible = refusal(EnhancementRequest, { prompt: "\u200b\u2060" })
    assert.deepInclude(invisible, {
      problem: "2 characters",
      expected: "1 to 4000 characters, at least one of them visible"
    })
  })

  it("a field that is undefined is absent", () => {
    const request = { prompt: "a red fox", mode: undefined, parameters: { length: undefined } }
    assert.deepStrictEqual(
      validateInput(EnhancementRequest, request),
      Result.succeed<EnhancementRequest>({ prompt: "a red fox", parameters: {} })
    )
  })

  it.each<[unknown, string, string, string]>([
    [{}, "prompt", "missing", "1 to 4000 characters, at least one of them visible"],
    [{ prompt: "" }, "prompt", "0 characters", "1 to 4000 characters, at least one of them visible"],
    [{ prompt: canary.repeat(500) }, "prompt", "7000 characters", "1 to 4000 characters, at least one of them visible"],
    [{ prompt: 5 }, "prompt", "a number", "1 to 4000 characters, at least one of them visible"],
    [{ prompt: null }, "prompt", "null", "1 to 4000 characters, at least one of them visible"],
    [{ prompt: { canary } }, "prompt", "an object", "1 to 4000 characters, at least one of them visible"],
    [
      { prompt: `${canary}\u0007` },
      "prompt",
      "holds U+0007",
      "text of whole characters, without control and bidi-override characters"
    ],
    [
      { prompt: `${canary}\ud800` },
      "prompt",
      "holds U+D800",
      "text of whole characters, without control and bidi-override characters"
    ],
    [
      { prompt: canary, parameters: { focus: ["a\u202eb"] } },
      "parameters.focus.0",
      "holds U+202E",
      "text of whole characters, without control and bidi-override characters"
    ],
    [{ prompt: canary, mode: canary }, "mode", "14 characters", '"creative" or "precise" or "balanced"'],
    [{ prompt: canary, colour: canary }, "colour", "unknown field", "one of the fields prompt, mode, parameters"],
    [{ prompt: canary, [canary]: 1 }, "(unprintable)", "unknown field", "one of the fields prompt, mode, parameters"],
    [
      { prompt: canary, parameters: [] },
      "parameters",
      "0 items",
      "an object with the fields length, creativity, focus"
    ],
    [
      { prompt: canary, parameters: { length: 9 } },
      "parameters.length",
      "a number out of range",
      "a whole number of words from 10 to 400"
    ],
    [
      { prompt: canary, parameters: { length: 10.5 } },
      "parameters.length",
      "a number that does not fit",
      "a whole number of words from 10 to 400"
    ],
    [
      { prompt: canary, parameters: { creativity: Number.NaN } },
      "parameters.creativity",
      "not a finite number",
      "a ratio from 0 to 1"
    ],
    [{ prompt: canary, parameters: { creativity: true } }, "parameters.creativity", "a boolean", "a ratio from 0 to 1"],
    [
      { prompt: canary, parameters: { focus: Array(9).fill(canary) } },
      "parameters.focus",
      "9 items",
      "at most 8 aspects"
    ],
    [
      { prompt: canary, parameters: { focus: ["light", ""] } },
      "parameters.focus.1",
      "0 characters",
      "1 to 100 characters"
    ],
    [null, "input", "null", "an object with the fields prompt, mode, parameters"],
    [canary, "input", "14 characters", "an object with the fields prompt, mode, parameters"]
  ])("%j is refused at its field", (input, field, problem, expected) => {
    const rejected = refusal(EnhancementRequest, input)
    assert.deepStrictEqual(rejected, { _tag: "InputRejected", field, problem, expected })
    assert.notInclude(JSON.stringify(rejected), "CANARY")
  })

  it("an input that holds itself is refused like any other", () => {
    const parameters: Record<string, unknown> = {}
    parameters["self"] = parameters
    const refused = refusal(EnhancementRequest, sanitizeInput({ prompt: canary, parameters }))
    assert.deepInclude(refused, { field: "parameters.self", problem: "unknown field" })
  })

  it("sizes outside 64 to 4096 are refused", () => {
    for (const width of [63, 4097, 0, -1, 1e9]) {
      assert.deepStrictEqual(refusal(ImageRequest, { prompt: canary, parameters: { width } }), {
        _tag: "InputRejected",
        field: "parameters.width",
        problem: "a number out of range",
        expected: "a whole number of pixels from 64 to 4096"
      })
    }
    assert.strictEqual(refusal(ImageRequest, { prompt: canary, parameters: { width: 64, height: 4096 } }), undefined)
  })

  it("all that is wrong is told at once: the first problem, and the others", () => {
    const refused = refusal(ImageRequest, {
      prompt: canary,
      parameters: { width: 10, height: 9_999, quality: "best", colour: "red" }
    })
    assert.deepStrictEqual([refused?.field, refused?.problem], ["parameters.colour", "unknown field"])
    assert.deepStrictEqual(
      refused?.others?.map(({ field, problem }) => [field, problem]),
      [
        ["parameters.width", "a number out of range"],
        ["parameters.height", "a number out of range"],
        ["parameters.quality", "4 characters"]
      ]
    )
    assert.notInclude(JSON.stringify(refused), "CANARY")
    const options = refusal(CallOptions, { deadline: Duration.zero, priority: "urgent", attemptLimit: 0 }, "options")
    assert.deepStrictEqual(
      [options?.field, options?.problem, options?.others?.map((it) => it.field)],
      ["options.deadline", "is 0", ["options.priority", "options.attemptLimit"]]
    )
    assert.isUndefined(refusal(CallOptions, { priority: "urgent" })?.others)
  })

  it("the prefix stands before the field, and for the whole", () => {
    assert.strictEqual(refusal(CallOptions, { priority: "urgent" }, "options")?.field, "options.priority")
    assert.strictEqual(refusal(CallOptions, "now", "options")?.field, "options")
    assert.strictEqual(refusal(CallOptions, { deadline: 5 }, "options")?.expected, "a Duration of at most one day")
    assert.strictEqual(refusal(CallOptions, { deadline: Duration.seconds(5) }, "options"), undefined)
  })

  it.prop("no refusal holds eight characters of a text that was given", { text: Schema.String }, ({ text }) => {
    const secret = `${text}SECRET-TEXT`
    for (const input of [
      { prompt: secret.repeat(400) },
      { mode: secret },
      { prompt: "x", parameters: secret },
      secret
    ]) {
      assert.notInclude(JSON.stringify(refusal(EnhancementRequest, input) ?? ""), "SECRET-T")
    }
  })
})
