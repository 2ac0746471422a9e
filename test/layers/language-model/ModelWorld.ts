/** The model over the simulated providers, and how it is asked there. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as LanguageModel from "effect/ai/LanguageModel"
import type * as Response from "effect/ai/Response"
import * as DeepSeekLanguageModel from "../../../layers/language-model/DeepSeekLanguageModel.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { throughTime } from "../../support/ThroughTime.ts"

/** Everything that the model stands over here. */
export type MockServices = Layer.Success<typeof Mock.layer>

export const under = <A, E>(
  simulation: Mock.MockOptions,
  body: Effect.Effect<A, E, LanguageModel.LanguageModel | MockServices>,
  options: DeepSeekLanguageModel.LanguageModelOptions = {}
) =>
  Effect.provide(
    body,
    Layer.provideMerge(DeepSeekLanguageModel.layerWith(options), Mock.layerWith({ latency: 100, ...simulation }))
  )

/** Asks while virtual time passes. */
export const asked = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.flatMap(throughTime(effect), Effect.fromResult)

/** Both ways to ask, as what their last part says of where the answer comes from. */
export const originsOf = (prompt: string) => {
  const ofFinish = (parts: ReadonlyArray<Response.AnyPart>) =>
    parts.flatMap((it) => (it.type === "finish" ? [it.metadata.deepseek] : []))[0]
  return {
    generateText: Effect.map(LanguageModel.generateText({ prompt }), ({ content }) => ofFinish(content)),
    streamText: Effect.map(Stream.runCollect(LanguageModel.streamText({ prompt })), ofFinish)
  }
}
