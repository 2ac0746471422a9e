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
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as LanguageModel from "effect/ai/LanguageModel"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { Owner } from "../../schemas/Identifiers.ts"
import { checkModelOptions, type ModelOptions } from "../../src/chat/CheckChat.ts"
import { type ChatAsk, makeChatStreams } from "../../src/chat/StreamChat.ts"
import { chooseModel } from "../../src/provider/deepseek/Models.ts"
import { makeTellRetiredName } from "../../src/provider/deepseek/RetiredNames.ts"
import { aiFailure } from "./AiFailure.ts"
import { AnswerParts, wholeParts } from "./AnswerParts.ts"
import { chatQuestion } from "./ChatQuestion.ts"

/** What `metadata.deepseek` says, of an answer and of a failure. Whoever imports this file has the types of both. */
export type { FailureOrigin } from "./AiFailure.ts"
export type { AnswerOrigin } from "./AnswerOrigin.ts"

/**
 * How the model is asked. What can not be is refused as `InputRejected`, which names it (`options.temperature`), with the
 * first call: nothing is sent.
 *
 * **Units** `model` default the setting `deepseek.model`; `temperature` 0 to 2 (default 1) and `topP` above 0, to 1
 * (default 1), both without effect while thinking; `maximumTokens` 1 to 384 000, reasoning included (default 4096);
 * `thinking` default off; `deadline` of the whole answer (default 10 minutes, at most a day).
 */
export interface LanguageModelOptions extends ModelOptions {
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

type Needs = Effect.Services<typeof makeChatStreams>

/** What is said of the model, and what of the call. Whatever nobody knows is left to the call to refuse. */
const splitOptions = (ofLayer: LanguageModelOptions, current: LanguageModelOptions) => {
  const given = Object.entries({ ...ofLayer, ...current }).filter(([, value]) => value !== undefined)
  const ofModel = Object.fromEntries(given.filter(([name]) => modelOptionNames.has(name)))
  const ofCall: CallOptions = Object.fromEntries(given.filter(([name]) => !modelOptionNames.has(name)))
  return { ofModel, ofCall }
}

const modelOptionNames: ReadonlySet<string> = new Set<keyof ModelOptions>([
  "model",
  "temperature",
  "topP",
  "maximumTokens",
  "thinking"
])

const make = (ofLayer: LanguageModelOptions) =>
  Effect.gen(function* () {
    const chat = yield* makeChatStreams
    const tellRetiredName = yield* makeTellRetiredName

    const question = (asked: LanguageModel.ProviderOptions) =>
      Effect.map(CurrentOptions, (current) => {
        const { ofCall, ofModel } = splitOptions(ofLayer, current)
        const ask: ChatAsk = (settings) => {
          const checked = checkModelOptions(ofModel)
          if (Result.isFailure(checked)) return Effect.fail(checked.failure)
          const options = checked.success
          const choice = chooseModel(options.model ?? settings.deepseek.model)
          const request = chatQuestion(asked, {
            model: choice.model,
            temperature: options.temperature ?? 1,
            ...(options.topP === undefined ? {} : { topP: options.topP }),
            maximumTokens: options.maximumTokens ?? defaultMaximumTokens,
            thinking: options.thinking ?? choice.thinking
          })
          return Effect.andThen(tellRetiredName(choice), Effect.fromResult(request))
        }
        return { ask, ofCall }
      })

    return yield* LanguageModel.make({
      generateText: (asked) =>
        Effect.flatMap(question(asked), ({ ask, ofCall }) =>
          Effect.flatMap(
            Effect.mapError(chat.whole(ask, ofCall), (failure) => aiFailure(failure, "generateText")),
            (parts) => Effect.fromResult(wholeParts(parts))
          )
        ),
      streamText: (asked) =>
        Stream.unwrap(
          Effect.map(question(asked), ({ ask, ofCall }) => {
            const answer = new AnswerParts("streamText")
            return chat.stream(ask, ofCall).pipe(
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
