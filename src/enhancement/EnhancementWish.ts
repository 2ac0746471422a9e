/**
 * One call to enhance, once it is found in order: what is asked for, by whom, and what the caller takes for a result.
 */
import type { AcceptedProvenance, CacheUse } from "../../schemas/CallOptions.ts"
import type { DegradedMode } from "../../schemas/DegradedMode.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import type { CacheKey } from "../cache/CacheKey.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { ModelChoice } from "../provider/deepseek/Models.ts"
import type { EnhancementAsk } from "./Templates.ts"

/**
 * The wish.
 *
 * **Details** `key` names its answer in the cache; absent where the cache is left alone (`bypass`).
 *
 * **Units** `wholeDeadlineAt` is the deadline of the outermost call, in milliseconds of the monotonic clock: an
 * enhancement inside an illustration may run out of its own share of the time only.
 */
export class EnhancementWish {
  readonly ask: EnhancementAsk
  readonly choice: ModelChoice
  readonly call: Call
  readonly wholeDeadlineAt: number
  readonly accept: ReadonlyArray<AcceptedProvenance>
  readonly key: CacheKey | undefined

  constructor(
    ask: EnhancementAsk,
    choice: ModelChoice,
    call: Call,
    wholeDeadlineAt: number,
    accept: ReadonlyArray<AcceptedProvenance>,
    key: CacheKey | undefined
  ) {
    this.ask = ask
    this.choice = choice
    this.call = call
    this.wholeDeadlineAt = wholeDeadlineAt
    this.accept = accept
    this.key = key
  }
}

/** Why DeepSeek's answer can not be had: the failure, and the mode in which nothing was tried. */
export interface Obstacle {
  readonly failure: CallFailure
  readonly reason: ReasonTag
  readonly mode?: DegradedMode
}

/** What a caller of `enhance` takes unless it says otherwise. */
export const acceptedByDefault: ReadonlyArray<AcceptedProvenance> = ["Live", "Cached", "Stale"]

/** What an illustration takes for its enhancement unless its caller says otherwise. */
export const acceptedForIllustration: ReadonlyArray<AcceptedProvenance> = [...acceptedByDefault, "Degraded"]

/** What the cache may do for a call: `creative` is meant to give another text each time. */
export const cacheUseOf = (call: Pick<Call, "cache">, { mode }: Pick<EnhancementAsk, "mode">): CacheUse =>
  call.cache ?? (mode === "creative" ? "bypass" : "use")

/** Whether the cache may answer a wish: where it has a key there, is not to be asked anew, and a kept answer will do. */
export const asksCache = ({ accept, ask, call, key }: EnhancementWish): boolean =>
  key !== undefined && cacheUseOf(call, ask) !== "fresh" && accept.includes("Cached")
