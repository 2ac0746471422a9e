/**
 * DeepSeek's endpoints, one method each, no policy: they send once, decode, and say exactly what came.
 *
 * Retries, deadlines and money live in the pipeline; rewriting prompts in `src/enhancement`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { DeepSeekSettings } from "../../../schemas/Settings.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"

/** A message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant"
  readonly content: string
}

/**
 * A chat completion to be asked for.
 *
 * **Units** `temperature` 0 to 2; `maximumTokens` counts the answer's tokens, reasoning included. `thinking` is on by
 * default at DeepSeek and makes `temperature` void; leave it off for rewriting.
 */
export interface ChatRequest {
  readonly model: string
  readonly messages: ReadonlyArray<ChatMessage>
  readonly temperature: number
  readonly maximumTokens: number
  readonly thinking: boolean
  readonly answerFormat: "text" | "json"
}

/** The tokens a completion used, as reported; `undefined` where the answer does not say. */
export interface ChatUsage {
  readonly promptTokens: number | undefined
  readonly cacheHitTokens: number | undefined
  readonly cacheMissTokens: number | undefined
  readonly completionTokens: number | undefined
}

/** A finished completion. `content` is not blank; `finishReason` is `stop` or a value we do not know but accept. */
export interface ChatAnswer {
  readonly id: string | undefined
  readonly model: string
  readonly content: string
  readonly finishReason: string
  readonly usage: ChatUsage
  readonly providerRequestId: string | undefined
}

/** What the account holds. Amounts are decimal text, as DeepSeek sends them. */
export interface Balance {
  readonly isAvailable: boolean
  readonly balances: ReadonlyArray<{ readonly currency: string; readonly total: string }>
}

/**
 * The service. Each method needs the settings it shall use (base URL) and an `Attempt` (time and key).
 *
 * **Errors** `AttemptFailed` with the reason and the outcome at the provider.
 *
 * ```ts
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import * as Redacted from "effect/Redacted"
 * import { DeepSeek, LiveSettings } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const balance = Effect.gen(function* () {
 *   const { settings } = yield* LiveSettings.use((it) => it.current)
 *   const attempt = { number: 1, timeout: Duration.seconds(5), key: Redacted.make("sk-simulated") }
 *   return yield* DeepSeek.use((it) => it.balance(settings.deepseek, attempt))
 * })
 * const { isAvailable } = await Effect.runPromise(Effect.provide(balance, Mock.layer))
 * isAvailable // => true
 * ```
 */
export class DeepSeek extends Context.Service<
  DeepSeek,
  {
    /** `POST /chat/completions`, not streamed. */
    readonly chat: (
      request: ChatRequest,
      settings: DeepSeekSettings,
      attempt: Attempt
    ) => Effect.Effect<ChatAnswer, AttemptFailed>
    /** `GET /models`: the ids the key may use. Free. */
    readonly models: (
      settings: DeepSeekSettings,
      attempt: Attempt
    ) => Effect.Effect<ReadonlyArray<string>, AttemptFailed>
    /** `GET /user/balance`. Free. */
    readonly balance: (settings: DeepSeekSettings, attempt: Attempt) => Effect.Effect<Balance, AttemptFailed>
  }
>()("@ludeng/providers/provider/deepseek/DeepSeek") {}
