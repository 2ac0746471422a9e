import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import { inspect } from "node:util"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { asked, under } from "./ModelWorld.ts"

const Weather = Tool.make("weather", {
  description: "The weather of a place",
  parameters: Schema.Struct({ place: Schema.String, days: Schema.Int }),
  success: Schema.Struct({ sky: Schema.String })
})
const weather = Toolkit.make(Weather)
const handlers = weather.toLayer({ weather: ({ place }) => Effect.succeed({ sky: `clear over ${place}` }) })

describe("DeepSeekLanguageModel", () => {
  it.effect("generates text, and tells finish and usage", () =>
    under(
      {},
      Effect.gen(function* () {
        const answer = yield* asked(LanguageModel.generateText({ prompt: "a red fox" }))
        assert.include(answer.text, "a red fox")
        assert.strictEqual(answer.finishReason, "stop")
        assert.isAbove(answer.usage.outputTokens.total ?? 0, 0)
        assert.strictEqual(
          (answer.usage.inputTokens.cacheRead ?? 0) + (answer.usage.inputTokens.uncached ?? 0),
          answer.usage.inputTokens.total
        )
      })
    )
  )

  it.effect("streams text in pieces between a start and an end", () =>
    under(
      {},
      Effect.gen(function* () {
        const parts = yield* asked(Stream.runCollect(LanguageModel.streamText({ prompt: "a red fox" })))
        const kinds = parts.map((it) => it.type)
        assert.strictEqual(kinds[0], "text-start")
        assert.isAbove(kinds.filter((it) => it === "text-delta").length, 3)
        assert.deepStrictEqual(kinds.slice(-3), ["text-end", "response-metadata", "finish"])
        assert.include(parts.map((it) => (it.type === "text-delta" ? it.delta : "")).join(""), "a red fox")
      })
    )
  )

  it.effect("tells what the model thinks apart from what it says", () =>
    under(
      {},
      Effect.gen(function* () {
        const parts = yield* asked(Stream.runCollect(LanguageModel.streamText({ prompt: "a red fox" })))
        const kinds = [...new Set(parts.map((it) => it.type))]
        assert.deepStrictEqual(kinds.slice(0, 6), [
          "reasoning-start",
          "reasoning-delta",
          "reasoning-end",
          "text-start",
          "text-delta",
          "text-end"
        ])
      }),
      { thinking: true }
    )
  )

  it.effect("generates an object that fits its schema", () =>
    under(
      {},
      Effect.gen(function* () {
        const schema = Schema.Struct({ title: Schema.String, tags: Schema.Array(Schema.String), stars: Schema.Int })
        const { value } = yield* asked(LanguageModel.generateObject({ prompt: "a red fox", schema }))
        assert.include(value.title, "a red fox")
        const [request] = yield* MockHandle.use((it) => it.requests)
        assert.include(JSON.stringify(request?.body), `"response_format":{"type":"json_object"}`)
      })
    )
  )

  for (const isStreamed of [false, true]) {
    it.effect(`calls tools, ${isStreamed ? "streamed" : "whole"}, and is told their results`, () =>
      under(
        {},
        Effect.gen(function* () {
          const prompt = "ask the weather tool about Oslo"
          const parts = isStreamed
            ? yield* asked(Stream.runCollect(LanguageModel.streamText({ prompt, toolkit: weather })))
            : (yield* asked(LanguageModel.generateText({ prompt, toolkit: weather }))).content
          const call = parts.find((it) => it.type === "tool-call")
          const result = parts.find((it) => it.type === "tool-result")
          assert.strictEqual(call?.type === "tool-call" ? call.name : "", "weather")
          assert.deepStrictEqual(result?.type === "tool-result" ? result.result : {}, { sky: `clear over ${prompt}` })
          const finish = parts.find((it) => it.type === "finish")
          assert.strictEqual(finish?.type === "finish" ? finish.reason : "", "tool-calls")
        }).pipe(Effect.provide(handlers))
      )
    )
  }

  it.effect("an answer that is cut at the limit says so", () =>
    under(
      {},
      Effect.gen(function* () {
        const { finishReason } = yield* asked(LanguageModel.generateText({ prompt: "a red fox" }))
        assert.strictEqual(finishReason, "length")
      }),
      { maximumTokens: 3 }
    )
  )

  for (const [scenario, tag, isRetryable] of [
    ["unauthorized", "AuthenticationError", false],
    ["no-balance", "QuotaExhaustedError", false],
    ["down", "InternalProviderError", true],
    ["missing-done", "InvalidOutputError", true]
  ] as const) {
    it.effect(`${scenario} is told as ${tag}, without prompt or key`, () =>
      under(
        { scenario },
        Effect.gen(function* () {
          const prompt = "canary-prompt-7361 of a red fox"
          for (const ask of [
            LanguageModel.generateText({ prompt }),
            Stream.runDrain(LanguageModel.streamText({ prompt }))
          ]) {
            const error = yield* asked(Effect.flip(ask))
            assert.instanceOf(error, AiError.AiError)
            if (!AiError.isAiError(error)) continue
            assert.strictEqual(error.reason._tag, tag)
            assert.strictEqual(error.isRetryable, isRetryable)
            const shown = `${inspect(error, { depth: 20 })}${JSON.stringify(error)}${String(error.stack)}`
            assert.notInclude(shown, "canary-prompt-7361")
          }
        }),
        { deadline: Duration.seconds(40) }
      )
    )
  }
})
