/**
 * One ask as the pipeline takes it: what it may cost, what may be logged of it, and how one attempt is made.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { DeepSeekSettings } from "../../schemas/Settings.ts"
import type { PriceList } from "../money/Prices.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { type CallPlan, keyOfAccount } from "../pipeline/Pipeline.ts"
import type { ChatAnswer, ChatRequest, ChatUsage, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
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

/**
 * The plan of an ask. It counts the empty answers of its own attempts: a plan is run once. **Units** `now` in milliseconds
 * since 1970.
 */
export const enhancementPlan = (
  ask: EnhancementAsk,
  choice: ModelChoice,
  settings: DeepSeekSettings,
  deepSeek: DeepSeek["Service"],
  prices: PriceList,
  now: number
): CallPlan<Rewriting> => {
  const first = enhancementChat(ask, choice, noEarlierAttempts)
  const largest = largestChat(first)
  const bound = prices.chatBound(choice.model, largest.promptBytes, largest.maximumTokens, now)
  let emptyAnswers = 0
  const requestOf = ({ previous }: Attempt): ChatRequest => {
    if (previous === undefined) return first
    if (previous.reason._tag === "EmptyResponse") emptyAnswers += 1
    return enhancementChat(ask, choice, { previous, emptyAnswers })
  }
  return {
    provider: "deepseek",
    operation: "chat",
    payment: "metered",
    request: enhancementFacts(ask, first),
    attemptTimeout: settings.attemptTimeout.chat,
    retryLimit: settings.retryLimits.chat ?? settings.retryLimit,
    backoffBase: settings.backoffBase,
    backoffCap: settings.backoffCap,
    key: keyOfAccount("deepseek", settings.baseURL),
    privateTexts: ask.parameters.focus === undefined ? [ask.prompt] : [ask.prompt, ...ask.parameters.focus],
    bound,
    cost: ({ at, usage }) => known(prices.chat(choice.model, usage, at), bound),
    attempt: (attempt) => Effect.flatMap(deepSeek.chat(requestOf(attempt), settings, attempt), rewritingOf)
  }
}

const rewritingOf = (answer: ChatAnswer): Effect.Effect<Rewriting, AttemptFailed> => {
  const decoded = decodeEnhancement(answer)
  if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
  return Effect.withFiber((fiber) =>
    Effect.succeed({
      prompt: decoded.success,
      model: answer.model,
      usage: answer.usage,
      at: fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()
    })
  )
}

/** An answer that does not say what it used has cost its bound at most. */
const known = (cost: Cost, bound: Cost): Cost => (cost.usdMicros === null ? bound : cost)
