/**
 * Everything the language model is asked for in a sweep: whole and streamed, with tools, left after the first piece, and
 * interrupted on the way.
 *
 * Not objects: an answer that does not fit its schema is quoted by Effect AI in its own failure, for its owner.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Tool from "effect/ai/Tool"
import * as Toolkit from "effect/ai/Toolkit"
import * as DeepSeekLanguageModel from "../../layers/language-model/DeepSeekLanguageModel.ts"
import type { Services } from "../../layers/Services.ts"

const toolkit = Toolkit.make(
  Tool.make("weather", {
    description: "The weather of a place",
    parameters: Schema.Struct({ place: Schema.String }),
    success: Schema.String
  })
)
const withTools = Effect.provide(toolkit.toLayer({ weather: ({ place }) => Effect.succeed(`clear over ${place}`) }))

/** The calls about a prompt, by name. */
export const modelCalls = (
  prompt: string
): ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown, Services>]> => {
  const streamed = LanguageModel.streamText({ prompt })
  const told = LanguageModel.streamText({
    prompt: [
      { role: "system", content: prompt },
      { role: "user", content: `ask the weather tool about ${prompt}` }
    ],
    toolkit
  })
  const calls: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown, LanguageModel.LanguageModel>]> = [
    ["model, whole", LanguageModel.generateText({ prompt })],
    ["model, streamed", Stream.runDrain(streamed)],
    ["model, streamed, with tools", withTools(Stream.runDrain(told))],
    ["model, streamed, left after a piece", Stream.runDrain(Stream.take(streamed, 1))],
    // In the middle of an exchange, wherever that is: the sweep runs in real time.
    ["model, streamed, interrupted", Effect.timeout(Stream.runDrain(streamed), "20 millis")],
    ["model, a prompt that is no text", LanguageModel.generateText({ prompt: `${prompt}\ud800` })]
  ]
  return calls.map(([name, call]) => [name, Effect.provide(call, DeepSeekLanguageModel.layer)])
}
