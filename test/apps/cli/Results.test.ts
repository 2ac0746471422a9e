import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { acceptedOf } from "../../../apps/cli/AcceptedText.ts"
import {
  callOptions,
  enhancementFlagsGiven,
  enhancementRequest,
  illustrationRequest,
  imageRequest
} from "../../../apps/cli/Requests.ts"
import { enhancementResult, imageResult } from "../../../apps/cli/Results.ts"
import type { Enhancement } from "../../../schemas/Enhancement.ts"
import { CallId, IdempotencyKey, JobId, Owner, ProviderJobId } from "../../../schemas/Identifiers.ts"
import type { GeneratedImage } from "../../../schemas/Image.ts"
import type { Provenance } from "../../../schemas/Provenance.ts"

const enhancement = (provenance: Provenance): Enhancement => ({
  callId: CallId.make("call_1"),
  prompt: "a \u001b[31mred fox",
  model: "deepseek-flash",
  provenance,
  isSimulated: false,
  shortened: true,
  cost: { usdMicros: 120, basis: "measured" },
  attempts: 1
})

const image = (provenance: Provenance): GeneratedImage => ({
  callId: CallId.make("call_1"),
  jobId: JobId.make("job_1"),
  providerJobId: ProviderJobId.make("task_1"),
  protocol: "generic",
  model: "model-1",
  image: { path: "images/a.png", sha256: "00", bytes: 1500, width: 64, height: 64, format: "png" },
  deviations: [{ field: "format", asked: "webp", given: "png" }],
  provenance,
  isSimulated: true,
  cost: { usdMicros: null, basis: "unknown" },
  attempts: 4
})

describe("results", () => {
  const provenances: ReadonlyArray<readonly [Provenance, string, unknown]> = [
    [{ _tag: "Cached", age: Duration.seconds(3) }, "(cached 3s ago)", { _tag: "Cached", age: 3000 }],
    [
      { _tag: "Stale", age: Duration.seconds(3), reason: "TimedOut" },
      "(stale, made 3s ago, because of TimedOut)",
      { _tag: "Stale", age: 3000, reason: "TimedOut" }
    ],
    [
      { _tag: "OtherProvider", provider: "generic", reason: "CircuitOpen" },
      "(by generic, because of CircuitOpen)",
      { _tag: "OtherProvider", provider: "generic", reason: "CircuitOpen" }
    ],
    [
      { _tag: "Stale", age: Duration.seconds(3), reason: "CircuitOpen", mode: "WithoutEnhancement" },
      "(stale, made 3s ago, because of CircuitOpen, in mode WithoutEnhancement)",
      { _tag: "Stale", age: 3000, reason: "CircuitOpen", mode: "WithoutEnhancement" }
    ],
    [
      { _tag: "Degraded", reason: "NotFound" },
      "(degraded, because of NotFound)",
      { _tag: "Degraded", reason: "NotFound" }
    ]
  ]
  for (const [provenance, line, encoded] of provenances) {
    it(`tells a person and a program that a picture is ${provenance._tag}`, () => {
      const { json, lines } = imageResult("a fox", image(provenance), 12.6)
      assert.include(
        lines.map((it) => it.trim()),
        line
      )
      const {
        image: told,
        costUsdMicros,
        elapsedMillis
      } = json as { image: { provenance: unknown }; costUsdMicros: unknown; elapsedMillis: unknown }
      assert.deepStrictEqual([told.provenance, costUsdMicros, elapsedMillis], [encoded, null, 13])
    })
  }

  it("tells of an enhancement that nobody made whether the local template or the raw prompt stands in", () => {
    const degraded = enhancement({ _tag: "Degraded", reason: "TimedOut" })
    const linesOf = (model: string) => enhancementResult("a fox", { ...degraded, model }, 1).lines.join("\n")
    assert.include(linesOf("local-template"), "(by the local template, because of TimedOut)")
    assert.include(linesOf("raw-prompt"), "(not enhanced, because of TimedOut)")
  })

  it("tells every deviation, and that a cost is unknown", () => {
    const text = imageResult("a fox", { ...image({ _tag: "Live" }), isSimulated: false }, 1).lines.join("\n")
    assert.include(text, "(format: asked webp, given png)")
    assert.match(text, /^cost {6}unknown$/m)
    assert.match(text, /^mode {6}live$/m)
  })

  it("says of a simulated result that it costs nothing", () => {
    const { json, lines } = imageResult("a fox", image({ _tag: "Live" }), 1)
    assert.include(lines, "cost      nothing (simulated)")
    assert.include(lines, "mode      simulated")
    assert.isNull((json as { costUsdMicros: unknown }).costUsdMicros)
  })

  it("shows a provider's text without what it could do to a terminal, and keeps it whole in JSON", () => {
    const { json, lines } = enhancementResult("a fox", enhancement({ _tag: "Live" }), 1)
    assert.strictEqual(lines[0], "prompt    a [31mred fox")
    assert.include(lines.join("\n"), "cut to what the image provider takes")
    assert.strictEqual((json as { enhanced: { prompt: string } }).enhanced.prompt, "a \u001b[31mred fox")
  })
})

describe("the results a person takes", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string> | undefined]> = [
    ["live", ["Live"]],
    ["live,cached", ["Live", "Cached"]],
    ["Stale, OtherProvider, other-provider", ["Stale", "OtherProvider"]],
    ["degraded", ["Degraded"]],
    ["", undefined],
    ["live,", undefined],
    ["good", undefined]
  ]
  for (const [text, names] of cases) {
    it(`"${text}" is ${names === undefined ? "refused" : names.join(" or ")}`, () => {
      assert.deepStrictEqual(Option.getOrUndefined(acceptedOf(text)), names)
    })
  }
})

describe("requests from flags", () => {
  const none = Option.none()
  const noImage = {
    width: none,
    height: none,
    style: none,
    quality: none,
    format: none,
    fit: none,
    out: none,
    fallbackOnContentRejected: false
  }
  const noEnhancement = { mode: none, length: none, creativity: none, focus: [], cache: none }
  const noOptions = {
    timeout: none,
    idempotencyKey: none,
    priority: none,
    attempts: none,
    accept: none,
    owner: none,
    json: false
  }

  it("say nothing where nothing was given", () => {
    assert.deepStrictEqual<unknown>(enhancementRequest("a", noEnhancement), { prompt: "a" })
    assert.deepStrictEqual<unknown>(imageRequest("a", noImage), { prompt: "a" })
    assert.deepStrictEqual<unknown>(illustrationRequest("a", { ...noImage, ...noEnhancement, enhance: true }), {
      prompt: "a"
    })
    assert.deepStrictEqual<unknown>(callOptions(noOptions, noImage), {})
  })

  it("carry every flag into its field", () => {
    const imageWishes = {
      width: Option.some(64),
      height: Option.some(65),
      style: Option.some("oil"),
      quality: Option.some("high" as const),
      format: Option.some("webp" as const),
      fit: Option.some("exact" as const),
      out: Option.some("x"),
      fallbackOnContentRejected: true
    }
    const enhancementWishes = {
      mode: Option.some("precise" as const),
      length: Option.some(20),
      creativity: Option.some(0.5),
      focus: ["light"],
      cache: Option.some("fresh" as const)
    }
    const parameters = { width: 64, height: 65, style: "oil", quality: "high", format: "webp" }
    const finer = { length: 20, creativity: 0.5, focus: ["light"] }
    assert.deepStrictEqual<unknown>(imageRequest("a", imageWishes), { prompt: "a", parameters })
    assert.deepStrictEqual<unknown>(enhancementRequest("a", enhancementWishes), {
      prompt: "a",
      mode: "precise",
      parameters: finer
    })
    assert.deepStrictEqual<unknown>(
      illustrationRequest("a", { ...imageWishes, ...enhancementWishes, enhance: false }),
      {
        prompt: "a",
        enhance: false,
        mode: "precise",
        enhancement: finer,
        image: parameters
      }
    )
    const options = {
      timeout: Option.some(Duration.seconds(1)),
      idempotencyKey: Option.some(IdempotencyKey.make("k")),
      priority: Option.some("low" as const),
      attempts: Option.some(3),
      accept: Option.some(["Live", "Cached"] as const),
      owner: Option.some(Owner.make("o")),
      json: true
    }
    const common = {
      deadline: Duration.seconds(1),
      attemptLimit: 3,
      idempotencyKey: "k",
      priority: "low",
      accept: ["Live", "Cached"],
      owner: "o"
    }
    const image = { fit: "exact", fallbackOnContentRejected: true }
    assert.deepStrictEqual<unknown>(callOptions(options), common)
    assert.deepStrictEqual<unknown>(callOptions(options, enhancementWishes), { ...common, cache: "fresh" })
    assert.deepStrictEqual<unknown>(callOptions(options, imageWishes), { ...common, ...image })
    assert.deepStrictEqual<unknown>(callOptions(options, { ...imageWishes, ...enhancementWishes }), {
      ...common,
      ...image,
      cache: "fresh"
    })
    assert.deepStrictEqual(enhancementFlagsGiven(enhancementWishes), [
      "--mode",
      "--length",
      "--creativity",
      "--focus",
      "--cache"
    ])
  })
})
