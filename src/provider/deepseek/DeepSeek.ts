/**
 * DeepSeek's endpoints, one method each, no policy: they send once, decode, and say exactly what came.
 *
 * Retries, deadlines and money live in the pipeline; rewriting prompts in `src/enhancement`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { DeepSeekSettings } from "../../../schemas/Settings.ts"
import type { Attempt } from "../../pipeline/Attempt.ts"

/** A call of a tool that the model has made. `arguments` is JSON, as the model wrote it. */
export interface ChatToolCall {
  readonly id: string
  readonly name: string
  readonly arguments: string
}

/**
 * A message of a conversation. What a model has thought goes back to it with its tool calls (`reasoning`), which DeepSeek
 * asks for while thinking is on.
 */
export type ChatMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
      readonly role: "assistant"
      readonly content: string
      readonly reasoning?: string
      readonly toolCalls?: ReadonlyArray<ChatToolCall>
    }
  | { readonly role: "tool"; readonly content: string; readonly toolCallId: string }

/** A tool that the model may call. `parameters` is a JSON schema. **Units** at most 128 in a request. */
export interface ChatTool {
  readonly name: string
  readonly description: string | undefined
  readonly parameters: unknown
}

/** Whether the model may call tools, must call one, or this one. */
export type ChatToolChoice = "none" | "auto" | "required" | { readonly name: string }

/**
 * A chat completion to be asked for.
 *
 * **Units** `temperature` 0 to 2; `topP` above 0, to 1 (default 1); `maximumTokens` counts the answer's tokens, reasoning included. `thinking` is on by
 * default at DeepSeek and makes `temperature` void; leave it off for rewriting.
 */
export interface ChatRequest {
  readonly model: string
  readonly messages: ReadonlyArray<ChatMessage>
  readonly temperature: number
  readonly topP?: number
  readonly maximumTokens: number
  readonly thinking: boolean
  readonly answerFormat: "text" | "json"
  readonly tools?: ReadonlyArray<ChatTool>
  /** Default `auto`. */
  readonly toolChoice?: ChatToolChoice
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

/** How a completion that is whole has ended; `length` is cut at `maximumTokens`. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter"

/**
 * A part of a streamed completion. `ToolCall` is a piece of the call at `index`: its first has the id and the name, and
 * the pieces of `arguments` are put together. `Finished` is the last part, and says that the stream is whole.
 */
export type ChatPart =
  | { readonly _tag: "Text"; readonly text: string }
  | { readonly _tag: "Reasoning"; readonly text: string }
  | {
      readonly _tag: "ToolCall"
      readonly index: number
      readonly id: string | undefined
      readonly name: string | undefined
      readonly arguments: string
    }
  | {
      readonly _tag: "Finished"
      readonly finishReason: FinishReason
      readonly usage: ChatUsage
      readonly id: string | undefined
      readonly model: string
      readonly providerRequestId: string | undefined
    }

/** The end of a completion that is whole. */
export type ChatFinished = Extract<ChatPart, { readonly _tag: "Finished" }>

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
    /**
     * `POST /chat/completions`, streamed: text as it comes. It fails where it breaks off; only a stream that ends with
     * `Finished` is whole. Whoever stops reading closes the socket.
     */
    readonly stream: (
      request: ChatRequest,
      settings: DeepSeekSettings,
      attempt: Attempt
    ) => Stream.Stream<ChatPart, AttemptFailed>
    /** `GET /models`: the ids the key may use. Free. */
    readonly models: (
      settings: DeepSeekSettings,
      attempt: Attempt
    ) => Effect.Effect<ReadonlyArray<string>, AttemptFailed>
    /** `GET /user/balance`. Free. */
    readonly balance: (settings: DeepSeekSettings, attempt: Attempt) => Effect.Effect<Balance, AttemptFailed>
  }
>()("@ludeng/providers/provider/deepseek/DeepSeek") {}
