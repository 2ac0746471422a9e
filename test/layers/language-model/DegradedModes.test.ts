/** The modes and budgets of the library hold for the model too, and hear of what it comes to. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as AiError from "effect/ai/AiError"
import type * as LanguageModel from "effect/ai/LanguageModel"
import * as DeepSeekLanguageModel from "../../../layers/language-model/DeepSeekLanguageModel.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { DegradedModes } from "../../../src/policy/degraded-mode/DegradedModes.ts"
import { asked, type MockServices, originsOf, under } from "./ModelWorld.ts"

describe("the model in a degraded mode", () => {
  const refusedIn = (
    prepare: Effect.Effect<unknown, unknown, MockServices | LanguageModel.LanguageModel>,
    options: DeepSeekLanguageModel.LanguageModelOptions = {}
  ) =>
    Effect.gen(function* () {
      yield* prepare
      const before = (yield* MockHandle.use((it) => it.totals)).requests
      const errors = yield* Effect.forEach(Object.values(originsOf("a red fox")), (ask) =>
        asked(Effect.flip(Effect.provideService(ask, DeepSeekLanguageModel.CurrentOptions, options)))
      )
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).requests, before)
      return errors.map((it) => {
        const { isRetryable, reason, retryAfter } = AiError.isAiError(it) ? it : assert.fail("no AiError")
        const told = "metadata" in reason ? reason.metadata["deepseek"] : undefined
        return { tag: reason._tag, isRetryable, retryAfter, told }
      })
    })

  it.effect("LowPriorityShed: a call of low priority is shed, another one is not", () =>
    under(
      {},
      Effect.gen(function* () {
        const errors = yield* refusedIn(
          DegradedModes.use((it) => it.enter("LowPriorityShed")),
          { priority: "low" }
        )
        for (const error of errors) {
          assert.strictEqual(error.tag, "RateLimitError")
          assert.deepStrictEqual(error.retryAfter, Duration.minutes(1))
          assert.deepInclude(error.told, { reason: "LoadShed", outcome: "NotSent" })
        }
        assert.isDefined(yield* asked(originsOf("a red fox").streamText))
      })
    )
  )

  it.effect("an account that is empty rests for all, whoever found it out", () =>
    under(
      { faults: [{ fault: "no-balance", times: 1 }] },
      Effect.gen(function* () {
        const errors = yield* refusedIn(asked(Effect.flip(originsOf("a red fox").streamText)))
        for (const error of errors) {
          assert.strictEqual(error.tag, "QuotaExhaustedError")
          assert.isDefined(error.retryAfter)
        }
        assert.isTrue(yield* DegradedModes.use((it) => Effect.sync(() => it.isActive("CacheOnly"))))
      })
    )
  )

  it.effect("an isolated circuit refuses, and so does a person's word that DeepSeek is not to be asked", () =>
    under(
      {},
      Effect.gen(function* () {
        const circuit = yield* AdmissionControl.use((it) => Effect.succeed(it.door("deepseek", "chat").circuit))
        const isolate = Effect.sync(() => circuit.isolate(0))
        for (const error of yield* refusedIn(isolate)) assert.deepInclude(error.told, { reason: "Isolated" })
        circuit.reset(0)
        const byHand = DegradedModes.use((it) => it.enter("WithoutEnhancement"))
        for (const error of yield* refusedIn(byHand)) assert.deepInclude(error.told, { reason: "Isolated" })
      })
    )
  )

  it.effect("a budget that does not hold the bound refuses before anything is sent", () =>
    under(
      { settings: { budget: { perDay: 10 } } },
      Effect.gen(function* () {
        for (const error of yield* refusedIn(Effect.void)) assert.deepInclude(error.told, { reason: "BudgetExhausted" })
      })
    )
  )
})
