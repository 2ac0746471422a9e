/**
 * The modes in which the library serves less than it can, by name, so that no degradation is hidden.
 *
 * When each is entered and left, and what a caller gets in it, is the table of `src/policy/degraded-mode/DecideModes.ts`.
 */
import * as Schema from "effect/Schema"
import { ReasonTag } from "./Reason.ts"

/**
 * - `WithoutEnhancement`: prompts are not sent to DeepSeek, because it does not answer.
 * - `CacheOnly`: prompts are not sent to DeepSeek, because its account does not serve us.
 * - `LowPriorityShed`: calls of low priority are refused at once.
 * - `ImagesDeferred`: no picture is begun now; `submit` keeps the job queued, `generate` is refused.
 */
export const DegradedMode = Schema.Literals(["WithoutEnhancement", "CacheOnly", "LowPriorityShed", "ImagesDeferred"])
export type DegradedMode = typeof DegradedMode.Type

/** `Normal` where everything is served, or the mode that holds. */
export const DegradedModeName = Schema.Literals(["Normal", ...DegradedMode.literals])
export type DegradedModeName = typeof DegradedModeName.Type

/** Whether a mode was entered because of what happened, or by a person. */
export const ModeCause = Schema.Literals(["rule", "hand"])
export type ModeCause = typeof ModeCause.Type

/**
 * A mode that holds. Several may at once; where none does, the mode is `Normal`.
 *
 * **Units** `since` in milliseconds since 1970.
 */
export const ActiveMode = Schema.Struct({
  mode: DegradedMode,
  reason: ReasonTag,
  by: ModeCause,
  since: Schema.Int
})
export interface ActiveMode extends Schema.Schema.Type<typeof ActiveMode> {}
