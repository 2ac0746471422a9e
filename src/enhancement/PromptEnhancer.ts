/**
 * Rewrites a prompt with DeepSeek: creative, precise or balanced.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { Enhancement, EnhancementRequest } from "../../schemas/Enhancement.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { CallPreview } from "../../schemas/Preview.ts"

/** **Units** `maximumCharacters`: the longest text that is of use, 1 to 20 000, default 4000. */
export interface EnhancementOptions extends CallOptions {
  readonly maximumCharacters?: number
}

/**
 * The service.
 *
 * **Details** An answer longer than `maximumCharacters` is asked for shorter once, then cut at a word.
 *
 * An equal request of the same owner is answered from the cache for a day (`Cached`: no cost, no attempt), but for the
 * mode `creative`, which asks anew; the option `cache` says otherwise. Equal requests at the same time are one: the call
 * that came first has the cost and the attempts, the others get the same text, `Live`, at no cost and without an attempt.
 *
 * Where DeepSeek can not be had, a kept answer stands in for seven days (`Stale`, with the reason), and the local template
 * or the raw prompt for callers whose `accept` holds `Degraded`. What the failed attempts have cost is in the result.
 * `accept` without `Cached` asks anew; without `Live` only the cache answers.
 *
 * **Errors** `Rejection` (`InputRejected` names the field; nothing was sent), `ApiError` (an attempt was made: read
 * `isRetryable` and `retryAfter`).
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const enhance = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox", mode: "precise" }))
 * const enhancement = await Effect.runPromise(Effect.provide(enhance, Mock.layer))
 * enhancement.provenance // => { _tag: "Live" }
 * ```
 */
export class PromptEnhancer extends Context.Service<
  PromptEnhancer,
  {
    /**
     * What `enhance` would cost, and what the policies would do with it now. Nothing is sent, spent or kept; what would be
     * refused is told in `refused`, and only a request that is wrong in itself fails.
     */
    readonly preview: (
      request: EnhancementRequest,
      options?: EnhancementOptions
    ) => Effect.Effect<CallPreview, CallFailure>
    readonly enhance: (
      request: EnhancementRequest,
      options?: EnhancementOptions
    ) => Effect.Effect<Enhancement, CallFailure>
  }
>()("@ludeng/providers/enhancement/PromptEnhancer") {}
