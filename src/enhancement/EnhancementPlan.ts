/**
 * One ask as the pipeline takes it: what it may cost, what may be logged of it, and how one attempt is made.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import type { ModelUse } from "../../schemas/CallTimes.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { DeepSeekSettings } from "../../schemas/Settings.ts"
import type { PriceList } from "../money/Prices.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { type CallPlan, keyOfAccount, type PlanKey } from "../pipeline/Pipeline.ts"
import type { ChatAnswer, ChatRequest, ChatUsage, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"
import { decodeEnhancement } from "./DecodeEnhancement.ts"
import { enhancementChat, largestChat, noEarlierAttempts } from "./EnhancementChat.ts"
import { EnhancementFacts } from "./EnhancementFacts.ts"
import type { EnhancementAsk } from "./Templates.ts"

/** A prompt rewritten. **Units** `at` in milliseconds since 1970: prices depend on the hour. */
export interface Rewriting {
  readonly prompt: string
  readonly model: string
  readonly usage: ChatUsage
  readonly at: number
}

/** The plan of an ask. It counts the empty answers of its own attempts: a plan is run once. */
export class EnhancementPlan implements CallPlan<Rewriting> {
  readonly provider = "deepseek"
  readonly operation = "chat"
  readonly payment = "metered"
  readonly request: EnhancementFacts
  readonly attemptTimeout: CallPlan<Rewriting>["attemptTimeout"]
  readonly retryLimit: number
  readonly backoffBase: CallPlan<Rewriting>["backoffBase"]
  readonly backoffCap: CallPlan<Rewriting>["backoffCap"]
  readonly key: PlanKey
  readonly subject: { readonly model: string }
  readonly bound: Cost
  readonly #ask: EnhancementAsk
  readonly #choice: ModelChoice
  readonly #settings: DeepSeekSettings
  readonly #deepSeek: DeepSeek["Service"]
  readonly #prices: PriceList
  readonly #clock: Clock.Clock
  readonly #first: ChatRequest
  #emptyAnswers = 0

  constructor(
    ask: EnhancementAsk,
    choice: ModelChoice,
    settings: DeepSeekSettings,
    deepSeek: DeepSeek["Service"],
    prices: PriceList,
    clock: Clock.Clock
  ) {
    const first = enhancementChat(ask, choice, noEarlierAttempts)
    const largest = largestChat(first)
    this.request = new EnhancementFacts(ask, first)
    this.attemptTimeout = settings.attemptTimeout.chat
    this.retryLimit = settings.retryLimits.chat ?? settings.retryLimit
    this.backoffBase = settings.backoffBase
    this.backoffCap = settings.backoffCap
    this.subject = { model: choice.model }
    this.key = keyOfAccount("deepseek", settings.baseURL)
    this.bound = prices.chatBound(
      choice.model,
      largest.promptBytes,
      largest.maximumTokens,
      clock.currentTimeMillisUnsafe()
    )
    this.#ask = ask
    this.#choice = choice
    this.#settings = settings
    this.#deepSeek = deepSeek
    this.#prices = prices
    this.#clock = clock
    this.#first = first
  }

  get privateTexts(): ReadonlyArray<string> {
    return [this.#ask.prompt, ...(this.#ask.parameters.focus ?? [])]
  }

  cost({ at, usage }: Rewriting): Cost {
    return known(this.#prices.chat(this.#choice.model, usage, at), this.bound)
  }

  use({ model, usage }: Rewriting): ModelUse {
    const { cacheHitTokens, completionTokens, promptTokens } = usage
    return {
      requestModel: this.#choice.model,
      responseModel: model,
      ...(promptTokens === undefined ? {} : { inputTokens: promptTokens }),
      ...(cacheHitTokens === undefined ? {} : { cachedInputTokens: cacheHitTokens }),
      ...(completionTokens === undefined ? {} : { outputTokens: completionTokens })
    }
  }

  attempt(attempt: Attempt): Effect.Effect<Rewriting, AttemptFailed> {
    return Effect.flatMap(this.#deepSeek.chat(this.#requestOf(attempt), this.#settings, attempt), (answer) =>
      rewritingOf(answer, this.#clock.currentTimeMillisUnsafe())
    )
  }

  #requestOf({ previous }: Attempt): ChatRequest {
    if (previous === undefined) return this.#first
    if (previous.reason._tag === "EmptyResponse") this.#emptyAnswers += 1
    return enhancementChat(this.#ask, this.#choice, { previous, emptyAnswers: this.#emptyAnswers })
  }
}

const rewritingOf = (answer: ChatAnswer, at: number): Effect.Effect<Rewriting, AttemptFailed> => {
  const decoded = decodeEnhancement(answer)
  if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
  return Effect.succeed({ prompt: decoded.success, model: answer.model, usage: answer.usage, at })
}

/** An answer that does not say what it used has cost its bound at most. */
const known = (cost: Cost, bound: Cost): Cost => (cost.usdMicros === null ? bound : cost)
