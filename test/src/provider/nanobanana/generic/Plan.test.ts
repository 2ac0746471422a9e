/** What the plain job API is asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Fit } from "../../../../../schemas/CallOptions.ts"
import { ImageRequest } from "../../../../../schemas/Image.ts"
import { GenericJobRequest } from "../../../../../schemas/wire/GenericJobRequest.ts"
import { plan } from "../../../../../src/provider/nanobanana/generic/Plan.ts"

describe("plan of the generic protocol", () => {
  it("without parameters sends the prompt alone", () => {
    assert.deepStrictEqual(Result.getOrThrow(plan({ prompt: "a fox" }, "nearest")), {
      protocol: "generic",
      path: "/generate",
      model: "generic",
      resolution: "1024x1024",
      body: { prompt: "a fox" },
      promptCharacters: 5,
      deviations: [],
      fit: "nearest"
    })
    assert.deepStrictEqual(Result.getOrThrow(plan({ prompt: "a fox", parameters: {} }, "nearest")).body, {
      prompt: "a fox"
    })
  })

  it("sends every wish in the field of its name, the style too", () => {
    const parameters = { width: 640, height: 480, style: "ink", quality: "high", format: "webp" } as const
    const it = Result.getOrThrow(plan({ prompt: "a fox", parameters }, "exact"))
    assert.deepStrictEqual(it.body, { prompt: "a fox", parameters })
    assert.strictEqual(it.resolution, "640x480")
  })

  it("of a size with one side sends the other's default too", () => {
    const it = Result.getOrThrow(plan({ prompt: "a fox", parameters: { height: 512 } }, "nearest"))
    assert.deepStrictEqual(it.body["parameters"], { width: 1024, height: 512 })
    assert.strictEqual(it.resolution, "1024x512")
    const wide = Result.getOrThrow(plan({ prompt: "a fox", parameters: { width: 512 } }, "nearest"))
    assert.deepStrictEqual(wide.body["parameters"], { width: 512, height: 1024 })
  })

  it("refuses a prompt beyond our own limit without printing it", () => {
    const result = plan({ prompt: "y".repeat(4_001) }, "nearest")
    assert.isTrue(Result.isFailure(result) && result.failure.field === "prompt")
    assert.notInclude(JSON.stringify(result), "yyy")
  })

  it.prop("has exactly the wire fields, loses no wish, and never deviates", [ImageRequest, Fit], ([request, fit]) => {
    const { body, deviations } = Result.getOrThrow(plan(request, fit))
    const wire = Schema.decodeUnknownSync(GenericJobRequest, { onExcessProperty: "error" })(body)
    assert.strictEqual(wire.prompt, request.prompt)
    for (const [name, wish] of Object.entries(request.parameters ?? {})) {
      assert.deepStrictEqual(Object.entries(wire.parameters ?? {}).find(([it]) => it === name)?.[1], wish)
    }
    assert.deepStrictEqual(deviations, [])
  })
})
