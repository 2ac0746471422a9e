/** What nanobananaapi.ai is asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Fit } from "../../../../../schemas/CallOptions.ts"
import { Prompt } from "../../../../../schemas/Enhancement.ts"
import { type ImageParameters, ImageRequest } from "../../../../../schemas/Image.ts"
import {
  NanoBananaApiGenerate,
  NanoBananaApiGenerate2,
  NanoBananaApiGeneratePro
} from "../../../../../schemas/wire/NanoBananaApiRequest.ts"
import { facts } from "../../../../../src/provider/nanobanana/nanobananaapi/Facts.ts"
import { plan, styledPrompt } from "../../../../../src/provider/nanobanana/nanobananaapi/Plan.ts"

const planned = (parameters: ImageParameters | undefined, prompt = "a fox") =>
  Result.getOrThrow(plan({ prompt, ...(parameters === undefined ? {} : { parameters }) }, "nearest"))

const refusal = (parameters: ImageParameters, prompt = "a fox") => {
  const result = plan({ prompt, parameters }, "exact")
  assert.isTrue(Result.isFailure(result))
  return Result.isFailure(result) ? result.failure : assert.fail("planned")
}

const schemas = {
  "/generate": NanoBananaApiGenerate,
  "/generate-2": NanoBananaApiGenerate2,
  "/generate-pro": NanoBananaApiGeneratePro
}

/** Decodes a body by the schema of its endpoint, refusing every field that is not on the wire. */
const wireBody = (path: string, body: unknown): unknown => {
  const schema = Object.entries(schemas).find(([it]) => it === path)?.[1] ?? assert.fail(`no endpoint ${path}`)
  return Schema.decodeUnknownSync(schema as Schema.Codec<unknown, unknown>, { onExcessProperty: "error" })(body)
}

describe("plan of nanobananaapi", () => {
  it("without parameters asks Nano Banana 2 for a square at 1K, and nothing deviates", () => {
    const it = planned(undefined)
    assert.deepStrictEqual(it, {
      protocol: "nanobananaapi",
      path: "/generate-2",
      model: "nano-banana-2",
      resolution: "1K",
      body: { prompt: "a fox", imageUrls: [], aspectRatio: "1:1", resolution: "1K" },
      promptCharacters: 5,
      deviations: [],
      fit: "nearest"
    })
  })

  it("low quality asks /generate with the wire's own spelling, for one picture", () => {
    const it = planned({ quality: "low", width: 1920, height: 1080 })
    assert.strictEqual(it.path, "/generate")
    assert.deepStrictEqual(it.body, { prompt: "a fox", type: "TEXTTOIAMGE", numImages: 1, image_size: "16:9" })
  })

  it.each([
    ["low", 512, "nano-banana", "1K"],
    ["low", 4096, "nano-banana", "1K"],
    ["medium", 64, "nano-banana-2", "1K"],
    ["medium", 1024, "nano-banana-2", "1K"],
    ["medium", 1025, "nano-banana-2", "2K"],
    ["medium", 2048, "nano-banana-2", "2K"],
    ["medium", 4096, "nano-banana-2", "2K"],
    ["high", 64, "nano-banana-pro", "2K"],
    ["high", 2048, "nano-banana-pro", "2K"],
    ["high", 2049, "nano-banana-pro", "4K"],
    ["high", 4096, "nano-banana-pro", "4K"]
  ] as const)("quality %s with a longest side of %i asks %s for %s", (quality, height, model, resolution) => {
    const it = planned({ quality, width: 64, height })
    assert.deepStrictEqual([it.model, it.resolution], [model, resolution])
  })

  it.each([
    ["png", "png", []],
    ["jpeg", "jpg", []],
    ["webp", "png", [{ field: "format", asked: "webp", given: "png" }]]
  ] as const)("asks Nano Banana 2 for %s as %s", (format, wire, deviations) => {
    const it = planned({ format })
    assert.strictEqual(it.body["outputFormat"], wire)
    assert.deepStrictEqual(it.deviations, deviations)
  })

  it.each(["low", "high"] as const)("a format can not be asked of %s quality, and the plan says so", (quality) => {
    const it = planned({ quality, format: "png" })
    assert.notProperty(it.body, "outputFormat")
    assert.deepStrictEqual(it.deviations, [{ field: "format", asked: "png", given: "whatever the provider gives" }])
  })

  it("says what a named size becomes", () => {
    assert.deepStrictEqual(planned({ width: 1000, height: 700 }).deviations, [
      { field: "size", asked: "1000x700", given: "3:2 at 1K" }
    ])
    assert.deepStrictEqual(planned({ width: 2048 }).deviations, [
      { field: "size", asked: "2048x1024", given: "16:9 at 2K" }
    ])
  })

  it("never promises pixels, so exact refuses even 1024x1024, and names the field", () => {
    assert.deepStrictEqual(refusal({ width: 1024, height: 1024 }), {
      _tag: "InputRejected",
      field: "parameters.width",
      problem: "1024x1024 can not be had exactly, only 1:1 at 1K",
      expected: 'no size, or fit "nearest"'
    })
    assert.strictEqual(refusal({ height: 1024 }).field, "parameters.height")
    assert.strictEqual(refusal({ format: "webp" }).field, "parameters.format")
    assert.strictEqual(refusal({ quality: "high", format: "png" }).field, "parameters.format")
  })

  it("exact grants what the wire has a field for: quality, style, and the format of medium quality", () => {
    for (const parameters of [{ quality: "high" }, { style: "ink" }, { format: "png" }, { format: "jpeg" }] as const) {
      const result = plan({ prompt: "a fox", parameters }, "exact")
      assert.isTrue(
        Result.isSuccess(result) && result.success.deviations.length === 0 && result.success.fit === "exact"
      )
    }
  })

  it("puts the style behind the prompt as a sentence of its own", () => {
    assert.strictEqual(styledPrompt("a fox", undefined), "a fox")
    assert.strictEqual(styledPrompt("a fox", "ink"), "a fox. Style: ink")
    assert.strictEqual(styledPrompt("A fox runs.", "ink"), "A fox runs. Style: ink")
    const it = planned({ style: "ink" })
    assert.strictEqual(it.body["prompt"], "a fox. Style: ink")
    assert.strictEqual(it.promptCharacters, 17)
    assert.notProperty(it.body, "style")
  })

  it("refuses a prompt that is too long for the model, and does not print it", () => {
    const tooLong = "y".repeat(5_001)
    const low = refusal({ quality: "low" }, tooLong)
    assert.deepStrictEqual([low.field, low.problem], ["prompt", "5001 characters with its style"])
    assert.notInclude(JSON.stringify(low), "yyy")
    assert.strictEqual(refusal({ quality: "low", style: "ink" }, "y".repeat(4_990)).field, "prompt")
    assert.strictEqual(planned({ quality: "high" }, tooLong).promptCharacters, 5_001)
    assert.strictEqual(planned(undefined, tooLong).promptCharacters, 5_001)
  })

  it("every model takes a prompt of the stated length", () => {
    const longest = "y".repeat(facts.maximumPromptCharacters)
    for (const quality of ["low", "medium", "high"] as const) planned({ quality }, longest)
  })

  it.prop(
    "a plan has exactly the fields of its endpoint, and deviates only in what was named",
    [ImageRequest, Fit],
    ([request, fit]) => {
      const result = plan(request, fit)
      if (Result.isFailure(result)) return assert.strictEqual(fit, "exact")
      const { body, deviations, path, promptCharacters } = result.success
      assert.deepStrictEqual(wireBody(path, body), body)
      assert.strictEqual(promptCharacters, String(body["prompt"]).length)
      assert.isTrue(String(body["prompt"]).startsWith(request.prompt))
      const { format, height, width } = request.parameters ?? {}
      if (fit === "exact") assert.deepStrictEqual(deviations, [])
      const named = { size: width !== undefined || height !== undefined, format: format !== undefined, quality: false }
      for (const it of deviations) assert.isTrue(named[it.field])
      if (named.size) assert.isTrue(deviations.some((it) => it.field === "size"))
    }
  )

  it.prop("exact refuses exactly the requests whose nearest plan deviates", [ImageRequest], ([request]) => {
    const nearest = Result.getOrThrow(plan(request, "nearest"))
    assert.strictEqual(Result.isFailure(plan(request, "exact")), nearest.deviations.length > 0)
  })

  it.prop("a refusal never quotes the prompt", [Prompt], ([prompt]) => {
    const marked = `${prompt} QUOTED-PROMPT`
    assert.notInclude(JSON.stringify(plan({ prompt: marked, parameters: { width: 100 } }, "exact")), "QUOTED-PROMPT")
  })
})
