/**
 * One ask as the pipeline takes it: what it may cost, what may be logged of it, and how one attempt is made.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Cost } from "../../schemas/Money.ts"
import type { DeepSeekSettings } from "../../schemas/Settings.ts"
import type { Prices } from "../money/Prices.ts"
import type { CallPlan } from "../pipeline/Pipeline.ts"
import type { ChatUsage, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"
import { decodeEnhancement } from "./DecodeEnhancement.ts"
import { enhancementChat, largestChat, noEarlierAttempts } from "./EnhancementChat.ts"
import { enhancementFacts } from "./EnhancementFacts.ts"
import type { EnhancementAsk } from "./Templates.ts"

/** A prompt rewritten. **Units** `at` in milliseconds since 1970: prices depend on the hour. */
export interface Rewriting {
  readonly prompt: string
  readonly model: string
  readonly usage: ChatUsage
  readonly at: number
}

/** The plan of an ask. It counts the empty answers of its own attempts: a plan is run once. */
export const enhancementPlan = (
  ask: EnhancementAsk,
  choice: ModelChoice,
  settings: DeepSeekSettings,
  deepSeek: DeepSeek["Service"],
  prices: Prices["Service"]
): CallPlan<Rewriting> => {
  const largest = largestChat(ask, choice)
  const bound = prices.chatBound(choice.model, largest.promptBytes, largest.maximumTokens)
  let emptyAnswers = 0
  return {
    provider: "deepseek",
    operation: "chat",
    payment: "metered",
    request: enhancementFacts(ask, enhancementChat(ask, choice, noEarlierAttempts)),
    attemptTimeout: settings.attemptTimeout.chat,
    retryLimit: settings.retryLimits.chat ?? settings.retryLimit,
    backoffBase: settings.backoffBase,
    backoffCap: settings.backoffCap,
    ...(settings.apiKey === undefined ? {} : { key: settings.apiKey }),
    privateTexts: [ask.prompt, ...(ask.parameters.focus ?? [])],
    bound,
    cost: ({ at, usage }) => known(prices.chat(choice.model, usage, at), bound),
    attempt: Effect.fnUntraced(function* (attempt) {
      if (attempt.previous?.reason._tag === "EmptyResponse") emptyAnswers += 1
      const request = enhancementChat(ask, choice, { previous: attempt.previous, emptyAnswers })
      const answer = yield* deepSeek.chat(request, settings, attempt)
      const prompt = yield* Effect.fromResult(decodeEnhancement(answer))
      return { prompt, model: answer.model, usage: answer.usage, at: yield* Clock.currentTimeMillis }
    })
  }
}

/** An answer that does not say what it used has cost its bound at most. */
const known = (cost: Cost, bound: Cost): Cost => (cost.usdMicros === null ? bound : cost)
