/** Promise 4: an answer of the model says where it comes from. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DeepSeekLanguageModel from "../../../layers/language-model/DeepSeekLanguageModel.ts"
import * as Live from "../../../layers/Live.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"
import { asked, originsOf, under } from "./ModelWorld.ts"

describe("an answer of the model", () => {
  for (const method of ["generateText", "streamText"] as const) {
    it.effect(`${method} says where its answer comes from and what it cost`, () =>
      under(
        { faults: [{ fault: "unavailable", times: 1 }] },
        recordCalls((events) =>
          Effect.gen(function* () {
            const origin = yield* asked(originsOf("a red fox")[method])
            const { chargedUsdMicros } = yield* MockHandle.use((it) => it.totals)
            assert.deepStrictEqual(origin, {
              callId: origin?.callId ?? "",
              isSimulated: true,
              provenance: { _tag: "Live" },
              attempts: 2,
              cost: { usdMicros: chargedUsdMicros, basis: "measured" }
            })
            const ids = new Set(events.flatMap((it) => ("callId" in it ? [it.callId] : [])))
            assert.deepStrictEqual([...ids], [origin?.callId])
          })
        )
      )
    )

    it.live(`${method} over the live wiring says that it is not simulated`, () =>
      Effect.gen(function* () {
        const { baseUrls } = yield* SimulatorServer.make({ latency: 1 })
        const live = Live.layerWith({
          providers: ["deepseek"],
          home: yield* temporaryFolder,
          store: "memory",
          deepseek: { apiKey: "sk-of-nobody", baseURL: baseUrls.deepseek }
        })
        const origin = yield* Effect.provide(
          originsOf("a red fox")[method],
          Layer.provide(DeepSeekLanguageModel.layer, live)
        )
        assert.deepInclude(origin, { isSimulated: false, provenance: { _tag: "Live" }, attempts: 1 })
        assert.isAbove(origin?.cost.usdMicros ?? 0, 0)
      })
    )
  }
})
