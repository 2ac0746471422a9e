/**
 * DeepSeek as the `LanguageModel` of Effect AI. Every request goes through the pipeline of the library: quota, circuit,
 * budget, keys, retries, events, audit; over `Live` and `Mock` alike.
 *
 * A streamed answer is sent again only before its first piece; one that is taken whole (`generateText`,
 * `generateObject`) may be asked for again wherever it broke off.
 *
 * **Gotchas** `effect/ai` is unstable: its types stay in this folder, and nothing else of the library knows of it.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as LanguageModel from "effect/ai/LanguageModel"
import type { Owner } from "../../schemas/Identifiers.ts"
import { makeChatStreams } from "../../src/chat/StreamChat.ts"
import type { Prices } from "../../src/money/Prices.ts"
import type { Pipeline } from "../../src/pipeline/Pipeline.ts"
import type { DeepSeek } from "../../src/provider/deepseek/DeepSeek.ts"
import { chooseModel } from "../../src/provider/deepseek/Models.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { aiFailure } from "./AiFailure.ts"
import { AnswerParts, wholeParts } from "./AnswerParts.ts"
import { chatQuestion } from "./ChatQuestion.ts"

/**
 * How the model is asked.
 *
 * **Units** `model` default the setting `deepseek.model`; `temperature` 0 to 2 (default 1, without effect while
 * thinking); `maximumTokens` 1 to 384 000, reasoning included (default 4096); `thinking` default off; `deadline` of the
 * whole answer (default 10 minutes).
 */
export interface LanguageModelOptions {
  readonly model?: string
  readonly temperature?: number
  readonly maximumTokens?: number
  readonly thinking?: boolean
  readonly deadline?: Duration.Duration
  readonly priority?: "high" | "normal" | "low"
  readonly owner?: Owner
}

/** The options in force for what runs inside; they go before those of the layer. */
export const CurrentOptions = Context.Reference<LanguageModelOptions>(
  "@ludeng/providers/language-model/CurrentOptions",
  { defaultValue: () => ({}) }
)

const defaultMaximumTokens = 4_096

type Needs = Pipeline | DeepSeek | Prices | LiveSettings

const make = (ofLayer: LanguageModelOptions) =>
  Effect.gen(function* () {
    const chat = yield* makeChatStreams
    const liveSettings = yield* LiveSettings

    const question = (asked: LanguageModel.ProviderOptions) =>
      Effect.gen(function* () {
        const options = { ...ofLayer, ...(yield* CurrentOptions) }
        const { settings } = yield* liveSettings.current
        const choice = chooseModel(options.model ?? settings.deepseek.model)
        const request = yield* chatQuestion(asked, {
          model: choice.model,
          temperature: options.temperature ?? 1,
          maximumTokens: options.maximumTokens ?? defaultMaximumTokens,
          thinking: options.thinking ?? choice.thinking
        })
        const { deadline, owner, priority } = options
        const callOptions = {
          ...(deadline === undefined ? {} : { deadline }),
          ...(owner === undefined ? {} : { owner }),
          ...(priority === undefined ? {} : { priority })
        }
        return { request, callOptions }
      })

    return yield* LanguageModel.make({
      generateText: (asked) =>
        Effect.flatMap(question(asked), ({ callOptions, request }) =>
          Effect.flatMap(
            Effect.mapError(chat.whole(request, callOptions), (failure) => aiFailure(failure, "generateText")),
            (parts) => Effect.fromResult(wholeParts(parts))
          )
        ),
      streamText: (asked) =>
        Stream.unwrap(
          Effect.map(question(asked), ({ callOptions, request }) => {
            const answer = new AnswerParts()
            return chat.stream(request, callOptions).pipe(
              Stream.mapError((failure) => aiFailure(failure, "streamText")),
              Stream.mapEffect((part) => Effect.fromResult(answer.next(part))),
              Stream.flatMap(Stream.fromIterable)
            )
          })
        )
    })
  })

/**
 * The layer with options, over the services of the library.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as LanguageModel from "effect/ai/LanguageModel"
 * import * as DeepSeekLanguageModel from "@ludeng/providers/layers/language-model/DeepSeekLanguageModel"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = LanguageModel.generateText({ prompt: "a red fox" })
 * const model = Layer.provide(DeepSeekLanguageModel.layerWith({ maximumTokens: 500 }), Mock.layer)
 * const { finishReason, text } = await Effect.runPromise(Effect.provide(program, model))
 * text.includes("a red fox") // => true
 * finishReason // => "stop"
 * ```
 */
export const layerWith = (options: LanguageModelOptions): Layer.Layer<LanguageModel.LanguageModel, never, Needs> =>
  Layer.effect(LanguageModel.LanguageModel, make(options))

/** The layer with the defaults. */
export const layer: Layer.Layer<LanguageModel.LanguageModel, never, Needs> = layerWith({})
