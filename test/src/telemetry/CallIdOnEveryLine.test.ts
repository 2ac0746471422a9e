import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as References from "effect/References"
import * as Mock from "../../../mock-layers/Mock.ts"
import { Scenario } from "../../../mock-layers/simulation/Script.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { passVirtually } from "../../contract/World.ts"

interface Line {
  readonly message: string
  readonly level: string
  readonly annotations: Record<string, unknown>
}

/** Every line of every level that is logged while a composition lives. */
const linesOf = (scenario: Scenario) =>
  Effect.suspend(() => {
    const lines: Array<Line> = []
    const logger = Logger.make((options) => {
      lines.push(JSON.parse(Logger.formatJson.log(options)))
    })
    const calls = Effect.all(
      [
        Effect.exit(Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))),
        Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: "" }))),
        Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: "fox" }, { accept: ["Live"], cache: "bypass" })))
      ],
      { discard: true }
    )
    return passVirtually(calls).pipe(
      Effect.as(lines),
      Effect.provide(Mock.layerWith({ scenario, settings: { deepseek: { model: "deepseek-chat" } } })),
      Effect.provide(Logger.layer([logger])),
      Effect.provideService(References.MinimumLogLevel, "Trace")
    )
  })

/** What is no call's: what the program as a whole comes to. */
const ofNoCall = new Set(["circuit moved", "mode changed", "key retired", "key set aside", "key refused"])

describe("a line in the log", () => {
  it.effect.each([...Scenario.literals])("carries the id of its call: %s", (scenario) =>
    Effect.gen(function* () {
      const lines = yield* linesOf(scenario)
      assert.isAbove(lines.length, 2)
      const without = lines.filter((it) => it.annotations["callId"] === undefined && !ofNoCall.has(it.message))
      assert.deepStrictEqual(without, [])
    })
  )

  it.effect("of a request that succeeded says where the time went, once, with the provider's id of the request", () =>
    Effect.gen(function* () {
      const lines = (yield* linesOf("healthy")).filter((it) => it.message === "request succeeded")
      assert.isTrue(lines.every((it) => it.level === "DEBUG"))
      const chat = lines.filter((it) => it.annotations["operation"] === "chat")
      assert.strictEqual(chat.length, 2)
      for (const name of ["queue", "firstByte", "body", "provider", "own", "total"]) {
        assert.isNumber(chat[0]?.annotations[`${name}Millis`], name)
      }
      assert.containsAllKeys(chat[0]?.annotations, ["attempts", "costUsdMicros", "providerRequestId"])
      assert.strictEqual(new Set(chat.map((it) => it.annotations["callId"])).size, 2)
    })
  )
})
