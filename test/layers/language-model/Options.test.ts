/** What DeepSeek would refuse, or can not be meant, is refused before anything is spent, and named. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as AiError from "effect/ai/AiError"
import * as LanguageModel from "effect/ai/LanguageModel"
import { inspect } from "node:util"
import * as DeepSeekLanguageModel from "../../../layers/language-model/DeepSeekLanguageModel.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { asked, originsOf, under } from "./ModelWorld.ts"

describe("DeepSeekLanguageModel", () => {
  for (const [field, options] of [
    ["options.temperature", { temperature: 2.1 }],
    ["options.temperature", { temperature: Number.NaN }],
    ["options.topP", { topP: 0 }],
    ["options.topP", { topP: 1.01 }],
    ["options.maximumTokens", { maximumTokens: 0 }],
    ["options.maximumTokens", { maximumTokens: 384_001 }],
    ["options.maximumTokens", { maximumTokens: 1.5 }],
    ["options.model", { model: "" }],
    ["options.model", { model: "deep seek" }],
    ["options.deadline", { deadline: Duration.days(2) }],
    ["options.thinking", { thinking: "yes" as unknown as boolean }],
    ["options.temprature", { temprature: 1 } as object]
  ] as const) {
    it.effect(`refuses ${inspect(options)} before anything is sent, and names ${field}`, () =>
      under(
        {},
        recordCalls((events) =>
          Effect.gen(function* () {
            for (const ask of Object.values(originsOf("a red fox"))) {
              const error = yield* asked(Effect.flip(ask))
              const reason = AiError.isAiError(error) ? error.reason : assert.fail("no AiError")
              assert.strictEqual(reason._tag, "InvalidRequestError")
              if (reason._tag !== "InvalidRequestError") continue
              assert.strictEqual(reason.parameter, field)
              assert.deepInclude(reason.metadata.deepseek, { reason: "InputRejected", outcome: "NotSent" })
            }
            assert.deepStrictEqual(yield* MockHandle.use((it) => it.requests), [])
            assert.deepStrictEqual(
              events.map((it) => it._tag),
              ["CallRejected", "CallEnded", "CallRejected", "CallEnded"]
            )
          })
        ),
        options
      )
    )
  }

  it.effect("options for a part of a program are held to the same, and go before those of the layer", () =>
    under(
      {},
      Effect.gen(function* () {
        const ask = originsOf("a red fox").generateText
        const error = yield* asked(
          Effect.flip(Effect.provideService(ask, DeepSeekLanguageModel.CurrentOptions, { temperature: 3 }))
        )
        assert.include(String(error), "options.temperature")
        yield* asked(Effect.provideService(ask, DeepSeekLanguageModel.CurrentOptions, { topP: 0.4 }))
        const [request] = yield* MockHandle.use((it) => it.requests)
        assert.include(JSON.stringify(request?.body), `"temperature":0.5,"top_p":0.4`)
      }),
      { temperature: 0.5, topP: 0.9 }
    )
  )

  for (const [name, prompt, field] of [
    ["no message", [], "prompt.content"],
    ["half of a letter", [{ role: "user", content: "a \ud800 fox" }], "prompt.content.0"],
    [
      "a picture",
      [
        { role: "system", content: "be short" },
        { role: "user", content: [{ type: "file", mediaType: "image/png", data: "AAAA" }] }
      ],
      "prompt.content.1"
    ]
  ] as const) {
    it.effect(`refuses ${name} before anything is sent, and names ${field}`, () =>
      under(
        {},
        Effect.gen(function* () {
          const error = yield* asked(Effect.flip(LanguageModel.generateText({ prompt })))
          const reason = AiError.isAiError(error) ? error.reason : assert.fail("no AiError")
          assert.strictEqual(reason._tag === "InvalidRequestError" ? reason.parameter : reason._tag, field)
          assert.deepStrictEqual(yield* MockHandle.use((it) => it.requests), [])
        })
      )
    )
  }

  it.effect("a retired model name is asked by its successor, and told once in the log", () => {
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    return under(
      {},
      Effect.gen(function* () {
        for (const ask of Object.values(originsOf("a red fox"))) yield* asked(ask)
        const bodies = (yield* MockHandle.use((it) => it.requests)).map((it) => JSON.stringify(it.body))
        assert.lengthOf(bodies, 2)
        for (const body of bodies) assert.include(body, "deepseek-flash")
        assert.lengthOf(
          lines.filter((it) => it.includes("deepseek-chat")),
          1
        )
      }),
      { model: "deepseek-chat" }
    ).pipe(Effect.provide(logger))
  })
})
