/** The health of a program, from what happens in it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { Health } from "../../../src/health/Health.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const enhance = (prompt: string) => throughTime(PromptEnhancer.use((it) => it.enhance({ prompt })))

const told = Effect.map(
  Health.use((it) => it.report),
  ({ isReady, providers }) => [
    isReady,
    ...providers.map(({ provider, reason, status }) => `${provider} ${status} ${reason}`)
  ]
)

describe("health", () => {
  it.effect("nothing was asked: unknown, and ready", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* told, [true, "deepseek Unknown NotAsked", "nanobanana Unknown NotAsked"])
      const { degradedModes, isLive, mode, troubles } = yield* Health.use((it) => it.report)
      assert.deepStrictEqual([degradedModes, isLive, mode, troubles], [[], true, "simulated", []])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("who answers is healthy, since he did", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("5 seconds")
      yield* enhance("a red fox")
      yield* Health.use((it) => it.report)
      yield* TestClock.adjust("5 seconds")
      const { providers } = yield* Health.use((it) => it.report)
      assert.strictEqual(providers[0]?.status, "Healthy")
      assert.isAtLeast(providers[0]?.since ?? 0, 5_000)
      assert.isBelow(providers[0]?.since ?? 0, 10_000)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("circuits that refuse bring a provider down, and the mode in force is told", () =>
    Effect.gen(function* () {
      const { door } = yield* AdmissionControl
      door("deepseek", "chat").circuit.isolate(0)
      assert.deepStrictEqual(yield* told, [true, "deepseek Down Isolated", "nanobanana Unknown NotAsked"])
      door("nanobanana", "submit").circuit.isolate(0)
      assert.deepStrictEqual(yield* told, [false, "deepseek Down Isolated", "nanobanana Down Isolated"])
      const { degradedModes, notReadyBecause } = yield* Health.use((it) => it.report)
      assert.deepStrictEqual(notReadyBecause, ["EveryProviderDown"])
      assert.deepStrictEqual(
        degradedModes.map(({ mode }) => mode),
        ["WithoutEnhancement", "ImagesDeferred"]
      )
    }).pipe(Effect.provide(Mock.layer))
  )
})
