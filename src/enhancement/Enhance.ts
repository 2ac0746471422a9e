/**
 * Builds `PromptEnhancer`: checks the request, asks DeepSeek through the pipeline, and sees to it that the text fits.
 *
 * A text that is too long is asked for shorter once, in the same call and under its deadline; what is still too long is
 * cut at a word. The failure of the second ask never loses the first text.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { type Enhancement, EnhancementRequest, longestPrompt } from "../../schemas/Enhancement.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { addCosts, noCost } from "../../schemas/Money.ts"
import { live } from "../../schemas/Provenance.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { sanitizeInput } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { Prices } from "../money/Prices.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { type CallDefaults, withCall } from "../pipeline/WithCall.ts"
import { DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { chooseModel, type ModelChoice } from "../provider/deepseek/Models.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { cutAtWord } from "./CutAtWord.ts"
import { enhancementPlan, type Rewriting } from "./EnhancementPlan.ts"
import type { EnhancementOptions, PromptEnhancer } from "./PromptEnhancer.ts"
import { type EnhancementAsk, tooLongNote } from "./Templates.ts"

const OwnOptions = Schema.Struct({
  maximumCharacters: Schema.optionalKey(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20_000 })).annotate({
      expected: "a whole number of characters from 1 to 20000"
    })
  )
})

/** What is of this file's concern, and what is every call's. Whatever is no object is left to the call to refuse. */
const splitOptions = (
  options: EnhancementOptions
): readonly [Pick<EnhancementOptions, "maximumCharacters">, CallOptions] => {
  if (typeof options !== "object" || options === null || Array.isArray(options)) return [{}, options]
  const { maximumCharacters, ...callOptions } = options
  return [maximumCharacters === undefined ? {} : { maximumCharacters }, callOptions]
}

/** One attempt and its retries, and one more ask for a text that is too long. */
export const enhanceDefaults = ({ deepseek }: Settings): CallDefaults => ({
  deadline: deepseek.timeout,
  attemptLimit: (deepseek.retryLimits.chat ?? deepseek.retryLimit) + 2
})

/** Builds the service. */
export const make: Effect.Effect<
  PromptEnhancer["Service"],
  never,
  Pipeline | DeepSeek | Prices | LiveSettings | Transport
> = Effect.gen(function* () {
  const pipeline = yield* Pipeline
  const deepSeek = yield* DeepSeek
  const prices = yield* Prices
  const liveSettings = yield* LiveSettings
  const transport = yield* Transport
  const retiredNamesTold = new Set<string>()

  const tellRetiredName = (choice: ModelChoice) =>
    Effect.suspend(() => {
      if (choice.retiredName === undefined || retiredNamesTold.has(choice.retiredName)) return Effect.void
      retiredNamesTold.add(choice.retiredName)
      return Effect.logWarning(
        `DeepSeek has retired the model name ${choice.retiredName}: ${choice.model} is asked instead, thinking ${
          choice.thinking ? "on" : "off"
        }. Change the setting deepseek.model.`
      )
    })

  const askOnce = (ask: EnhancementAsk, choice: ModelChoice, call: Call) =>
    pipeline.run(enhancementPlan(ask, choice, call.settings.settings.deepseek, deepSeek, prices))

  const askUntilItFits = Effect.fnUntraced(function* (
    ask: EnhancementAsk,
    choice: ModelChoice,
    call: Call
  ): Effect.fn.Return<Fitted, CallFailure> {
    const first = yield* askOnce(ask, choice, call)
    const length = first.answer.prompt.length
    if (length <= ask.maximumCharacters) return { ...first, shortened: false }
    if (call.attempts.left <= 0) return cut(ask, first.answer, first)
    const again = { ...ask, notes: [tooLongNote(length, ask.maximumCharacters)] }
    const second = yield* Effect.result(askOnce(again, choice, call))
    if (Result.isFailure(second)) {
      const spent = second.failure._tag === "ApiError" ? second.failure : { cost: noCost, attempts: 0 }
      return cut(ask, first.answer, {
        attempts: first.attempts + spent.attempts,
        cost: addCosts(first.cost, spent.cost ?? noCost)
      })
    }
    return cut(ask, second.success.answer, {
      attempts: first.attempts + second.success.attempts,
      cost: addCosts(first.cost, second.success.cost)
    })
  })

  const enhanceInCall = Effect.fnUntraced(function* (
    request: EnhancementRequest,
    options: Pick<EnhancementOptions, "maximumCharacters">,
    call: Call
  ): Effect.fn.Return<Enhancement, CallFailure> {
    const checked = validateInput(EnhancementRequest, sanitizeInput(request))
    if (Result.isFailure(checked)) return yield* reject(checked.failure, call.callId)
    const allowed = validateInput(OwnOptions, options, "options")
    if (Result.isFailure(allowed)) return yield* reject(allowed.failure, call.callId)
    const settings = call.settings.settings.deepseek
    if (settings.apiKey === undefined) {
      return yield* reject({ _tag: "NoHealthyKey", setting: "DEEPSEEK_API_KEY" }, call.callId)
    }
    const choice = chooseModel(settings.model)
    yield* tellRetiredName(choice)
    const ask: EnhancementAsk = {
      prompt: checked.success.prompt,
      mode: checked.success.mode ?? "balanced",
      parameters: checked.success.parameters ?? {},
      maximumCharacters: allowed.success.maximumCharacters ?? longestPrompt,
      notes: []
    }
    const { answer, attempts, cost, shortened } = yield* askUntilItFits(ask, choice, call)
    return {
      callId: call.callId,
      prompt: answer.prompt,
      model: answer.model,
      provenance: live,
      isSimulated: transport.isSimulated,
      shortened,
      cost,
      attempts
    }
  })

  return {
    enhance: (request, options = {}) => {
      const [own, callOptions] = splitOptions(options)
      return withCall(callOptions, enhanceDefaults, (call) => enhanceInCall(request, own, call)).pipe(
        Effect.provideService(LiveSettings, liveSettings)
      )
    }
  }
})

interface Fitted {
  readonly answer: Rewriting
  readonly attempts: number
  readonly cost: Enhancement["cost"]
  readonly shortened: boolean
}

const cut = (ask: EnhancementAsk, answer: Rewriting, spent: Pick<Fitted, "attempts" | "cost">): Fitted => {
  const prompt = cutAtWord(answer.prompt, ask.maximumCharacters)
  return { ...spent, answer: { ...answer, prompt }, shortened: prompt !== answer.prompt }
}
