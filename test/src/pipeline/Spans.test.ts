import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { passVirtually } from "../../contract/World.ts"

const prompt = "zebracanary under a violet sky"

const spansOf = (
  simulation: SimulationDocument,
  effect: Effect.Effect<unknown, unknown, PromptEnhancer | Illustrator>
) =>
  Effect.suspend(() => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    return passVirtually(Effect.exit(effect)).pipe(
      Effect.as(spans),
      Effect.provide(Mock.layerWith(simulation)),
      Effect.provide(Layer.succeed(Tracer.Tracer, tracer))
    )
  })

const attributes = (span: Tracer.NativeSpan | undefined): Record<string, unknown> =>
  Object.fromEntries(span?.attributes ?? [])

describe("spans", () => {
  it.effect("of a chat: one of the call by the conventions for models, one of each exchange by those for HTTP", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(
        { faults: [{ fault: "unavailable", operation: "chat", times: 1 }] },
        PromptEnhancer.use((it) => it.enhance({ prompt }))
      )
      const call = spans.find((it) => it.name === "deepseek.chat")
      assert.deepInclude(attributes(call), {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "deepseek",
        "ludeng.attempts": 2
      })
      assert.containsAllKeys(attributes(call), [
        "ludeng.call_id",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens"
      ])
      const [first, second] = spans.filter((it) => it.name === "POST")
      assert.deepInclude(attributes(first), {
        "http.request.method": "POST",
        "server.address": "api.deepseek.com",
        "server.port": 443,
        "url.full": "https://api.deepseek.com/chat/completions",
        "http.response.status_code": 503,
        "error.type": "503"
      })
      assert.deepInclude(attributes(second), { "http.response.status_code": 200, "http.request.resend_count": 1 })
      assert.notProperty(attributes(first), "http.request.resend_count")
      assert.isTrue(
        [first, second].every((it) => it?.parent._tag === "Some" && it.parent.value.spanId === call?.spanId)
      )
    })
  )

  it.effect("of a picture: each request of the job carries its id, and no address its query", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(
        {},
        Illustrator.use((it) => it.illustrate({ prompt }))
      )
      for (const name of ["nanobanana.submit", "nanobanana.status", "nanobanana.download"]) {
        const span = spans.find((it) => it.name === name)
        assert.match(String(attributes(span)["ludeng.job_id"]), /^job_/, name)
      }
      const submit = spans.find((it) => it.name === "nanobanana.submit")
      const sent = spans.filter((it) => it.parent._tag === "Some" && it.parent.value.spanId === submit?.spanId)
      assert.deepStrictEqual(
        sent.map((it) => it.name),
        ["POST"]
      )
      const addresses = spans.flatMap((it) => it.attributes.get("url.full") ?? [])
      assert.isAbove(addresses.length, 3)
      assert.isTrue(addresses.every((it) => !String(it).includes("?")))
      assert.notInclude(JSON.stringify(spans.map(attributes)), "zebracanary")
    })
  )

  it.effect("of a failed call name its reason", () =>
    Effect.gen(function* () {
      const spans = yield* spansOf(
        { scenario: "no-balance" },
        PromptEnhancer.use((it) => it.enhance({ prompt }))
      )
      const call = spans.find((it) => it.name === "deepseek.chat")
      assert.deepInclude(attributes(call), { "error.type": "InsufficientBalance", "ludeng.attempts": 1 })
    })
  )
})
