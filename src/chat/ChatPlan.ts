/**
 * One streamed completion as the pipeline takes it. An attempt lasts as long as its stream: its slot, its permit and its
 * money are given back when the last part has been taken, or when whoever listens stops.
 *
 * Two limits hold: no more than `stallLimit` may pass without content while we wait for the provider (comments and blank
 * lines are none), and the whole ends with the call.
 */
import type * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { hash } from "node:crypto"
import type { RequestFacts } from "../../schemas/CallEvent.ts"
import type { ModelUse } from "../../schemas/CallTimes.ts"
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { DeepSeekSettings } from "../../schemas/Settings.ts"
import type { PriceList } from "../money/Prices.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { type CallPlan, keyOfAccount, type PlanKey } from "../pipeline/Pipeline.ts"
import { chatBody } from "../provider/deepseek/ChatBody.ts"
import type { ChatFinished, ChatPart, ChatRequest, DeepSeek } from "../provider/deepseek/DeepSeek.ts"
import { privateTextsOf } from "../provider/deepseek/PrivateTexts.ts"

/** Hands parts on; succeeds when they are taken over, or may wait to be. */
export type PassOn = (parts: ReadonlyArray<ChatPart>) => Effect.Effect<void>

/** What a plan is made of. **Units** `deadline` bounds one attempt. */
export interface ChatPlanParts {
  readonly request: ChatRequest
  readonly settings: DeepSeekSettings
  readonly deepSeek: DeepSeek["Service"]
  readonly prices: PriceList
  readonly clock: Clock.Clock
  readonly deadline: Duration.Duration
  readonly passOn: PassOn
}

/** The plan of one completion. It remembers whether something was passed on: a plan is run once. */
export class ChatPlan implements CallPlan<ChatFinished> {
  readonly provider = "deepseek"
  readonly operation = "chat"
  readonly payment = "metered"
  readonly attemptTimeout: Duration.Duration
  readonly retryLimit: number
  readonly backoffBase: Duration.Duration
  readonly backoffCap: Duration.Duration
  readonly key: PlanKey
  readonly subject: { readonly model: string }
  readonly bound: Cost
  readonly #parts: ChatPlanParts
  #isPassedOn = false

  constructor(parts: ChatPlanParts) {
    const { clock, deadline, prices, request, settings } = parts
    this.#parts = parts
    this.attemptTimeout = deadline
    this.retryLimit = settings.retryLimits.chat ?? settings.retryLimit
    this.backoffBase = settings.backoffBase
    this.backoffCap = settings.backoffCap
    this.key = keyOfAccount("deepseek", settings.baseURL)
    this.subject = { model: request.model }
    const bytes = Buffer.byteLength(chatBody(request, true))
    this.bound = prices.chatBound(request.model, bytes, request.maximumTokens, clock.currentTimeMillisUnsafe())
  }

  get request(): RequestFacts {
    const { messages, model, maximumTokens, temperature, thinking, tools } = this.#parts.request
    return {
      fieldLengths: { messages: messages.reduce((sum, it) => sum + it.content.length, 0) },
      bodySha256: hash("sha256", chatBody(this.#parts.request, true), "hex"),
      parameters: { model, maximumTokens, temperature, thinking, messages: messages.length, tools: tools?.length ?? 0 }
    }
  }

  get privateTexts(): ReadonlyArray<string> {
    return privateTextsOf(this.#parts.request.messages)
  }

  isPassedOn(): boolean {
    return this.#isPassedOn
  }

  cost({ usage }: ChatFinished): Cost {
    const { clock, prices, request } = this.#parts
    const cost = prices.chat(request.model, usage, clock.currentTimeMillisUnsafe())
    return cost.usdMicros === null ? this.bound : cost
  }

  use({ model, usage }: ChatFinished): ModelUse {
    const { cacheHitTokens, completionTokens, promptTokens } = usage
    return {
      requestModel: this.#parts.request.model,
      responseModel: model,
      ...(promptTokens === undefined ? {} : { inputTokens: promptTokens }),
      ...(cacheHitTokens === undefined ? {} : { cachedInputTokens: cacheHitTokens }),
      ...(completionTokens === undefined ? {} : { outputTokens: completionTokens })
    }
  }

  attempt(attempt: Attempt): Effect.Effect<ChatFinished, AttemptFailed> {
    return Effect.scoped(this.#listen(attempt))
  }

  readonly #listen = Effect.fnUntraced({ self: this }, function* (this: ChatPlan, attempt: Attempt): Effect.fn.Return<
    ChatFinished,
    AttemptFailed,
    Scope.Scope
  > {
    const { deepSeek, passOn, request, settings } = this.#parts
    const limit = settings.attemptTimeout.chat
    const pull = yield* Stream.toPull(deepSeek.stream(request, settings, attempt))
    const inTime = Effect.timeoutOrElse(pull, { duration: limit, orElse: () => Effect.fail(stalled(limit)) })
    let finished: ChatFinished | undefined
    const next = Pull.catchDone(inTime, () => Effect.succeed(undefined))
    for (let parts = yield* next; parts !== undefined; parts = yield* next) {
      const last = parts.at(-1)
      if (last?._tag === "Finished") finished = last
      const content = finished === undefined ? parts : parts.slice(0, -1)
      if (content.length === 0) continue
      this.#isPassedOn = true
      yield* passOn(content)
    }
    if (finished === undefined) return yield* Effect.die(new Error("A stream ended well without its last part"))
    return finished
  })
}

const stalled = (limit: Duration.Duration): AttemptFailed =>
  new AttemptFailed({
    provider: "deepseek",
    operation: "chat",
    reason: { _tag: "TimedOut", phase: "body", limit },
    outcome: "Unknown"
  })
