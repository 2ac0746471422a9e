import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"
import * as Mock from "../../../mock-layers/Mock.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CallStatistics } from "../../../src/telemetry/CallStatistics.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }))

const twoFailures = Mock.layerWith({
  faults: [
    { fault: "server-error", operation: "chat", times: 1 },
    { fault: "unavailable", operation: "chat", skip: 1, times: 1 }
  ]
})

describe("call statistics", () => {
  it.effect("count attempts, rescued and given up by provider, operation and reason, and show them as metrics", () =>
    Effect.gen(function* () {
      yield* throughTime(enhance("a fox"))
      const [chat, ...others] = yield* CallStatistics.use((it) => it.snapshot)
      assert.deepStrictEqual(others, [])
      assert.deepInclude(chat, {
        provider: "deepseek",
        operation: "chat",
        calls: 1,
        attempts: 3,
        firstAttempts: 1,
        retries: 2,
        succeeded: 1,
        failed: 0,
        rescued: 1,
        givenUp: 0
      })
      assert.deepStrictEqual(
        chat?.failures,
        new Map([
          ["ServerFailed", 1],
          ["ServiceUnavailable", 1]
        ])
      )
      const shown = (yield* Metric.snapshot).filter((it) => it.id === "ludeng_attempts_failed_total")
      assert.sameMembers(
        shown.map((it) => it.attributes?.["reason"]),
        ["ServerFailed", "ServiceUnavailable"]
      )
    }).pipe(Effect.provide(twoFailures), Effect.provideService(Metric.MetricRegistry, new Map()))
  )

  it.effect("add no series for other prompts, owners and calls", () =>
    Effect.gen(function* () {
      yield* throughTime(enhance("a fox"))
      const before = (yield* Metric.snapshot).length
      for (let index = 0; index < 50; index++) yield* throughTime(enhance(`fox ${index}`))
      assert.strictEqual((yield* Metric.snapshot).length, before)
    }).pipe(Effect.provide(Mock.layer), Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})

describe("the span of a request", () => {
  const traced = (names: Array<string>) =>
    Layer.succeed(
      Tracer.Tracer,
      Tracer.make({
        span: (options) => {
          names.push(options.name)
          return new Tracer.NativeSpan(options)
        }
      })
    )

  it.effect("is one for each request of the pipeline, and one for its exchange, and says nothing of the prompt", () =>
    Effect.gen(function* () {
      const names: Array<string> = []
      yield* throughTime(enhance("a fox")).pipe(Effect.provide(traced(names)))
      assert.deepStrictEqual(names, ["deepseek.chat", "POST"])
    }).pipe(Effect.provide(Mock.layer))
  )
})
