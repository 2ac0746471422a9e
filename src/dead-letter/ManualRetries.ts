/**
 * Makes failed calls again, at the word of a person: what it would cost, whether it may be done, and the doing.
 *
 * A retry is a call like any other: the same validation, cache, limits, circuits, budgets and retries. It is marked on the
 * letter of the first call, and makes no letter of its own.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { DeadLetter } from "../../schemas/DeadLetter.ts"
import type { Enhancement } from "../../schemas/Enhancement.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { LetterId, Owner } from "../../schemas/Identifiers.ts"
import type { Illustration } from "../../schemas/Illustration.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import type { RetryRefused } from "../../schemas/LetterReason.ts"
import type { PriceInterval, RetryWord } from "./RetryRule.ts"

/** Whose letter it is, and what the person says. `owner` default `"default"`. */
export interface ManualRetryOptions extends RetryWord {
  readonly owner?: Owner
}

/** What a retry would come to. `price` is absent where the request is not whole; `refusal` says why it would be refused. */
export interface RetryQuote {
  readonly letter: DeadLetter
  readonly price?: PriceInterval
  readonly refusal?: RetryRefused
}

/** What a retry has come to. */
export type RetryResult =
  | { readonly _tag: "Enhancement"; readonly letter: DeadLetter; readonly result: Enhancement }
  | { readonly _tag: "Image"; readonly letter: DeadLetter; readonly result: GeneratedImage }
  | { readonly _tag: "Illustration"; readonly letter: DeadLetter; readonly result: Illustration }

/**
 * The service.
 *
 * **Details** A retry that is cut off (a crash, Ctrl-C) and made again joins the job of the first try: each retry of a
 * letter has an idempotency key of its own, until it is written down what it came to.
 *
 * **Errors** `Rejection` with `LetterNotFound`, or `RetryRefused` (its `problem` says what to do); those of the call.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { DeadLetters, ManualRetries, PromptEnhancer } from "@ludeng/providers"
 * import { defaultOwner } from "@ludeng/providers/schemas/Identifiers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const once = Mock.layerWith({
 *   settings: { deepseek: { retryLimit: 0 } },
 *   faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
 * })
 * const program = Effect.gen(function* () {
 *   yield* Effect.flip(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })))
 *   const [letter] = yield* DeadLetters.use((it) => it.list(defaultOwner))
 *   if (letter === undefined) return "nothing was kept"
 *   const { letter: after } = yield* ManualRetries.use((it) => it.retry(letter.id))
 *   return after.state._tag
 * })
 * await Effect.runPromise(Effect.provide(program, once)) // => "Rescued"
 * ```
 */
export class ManualRetries extends Context.Service<
  ManualRetries,
  {
    readonly quote: (id: LetterId, options?: ManualRetryOptions) => Effect.Effect<RetryQuote, CallFailure>
    readonly retry: (id: LetterId, options?: ManualRetryOptions) => Effect.Effect<RetryResult, CallFailure>
  }
>()("@ludeng/providers/dead-letter/ManualRetries") {}
