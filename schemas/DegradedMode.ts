/**
 * The modes in which the library serves less than it can, by name, so that no degradation is hidden.
 *
 * When each is entered and left, and what a caller gets in it, is the table of `src/policy/degraded-mode/`.
 */
import * as Schema from "effect/Schema"

/**
 * - `Normal`: everything is served.
 * - `WithoutEnhancement`: prompts are not sent to DeepSeek; an illustration is made from the local template.
 * - `CacheOnly`: enhancements come from the cache or not at all.
 * - `LowPriorityShed`: calls of low priority are refused at once.
 * - `ImagesDeferred`: no picture is begun now; `submit` keeps the job queued, `generate` is refused.
 */
export const DegradedModeName = Schema.Literals([
  "Normal",
  "WithoutEnhancement",
  "CacheOnly",
  "LowPriorityShed",
  "ImagesDeferred"
])
export type DegradedModeName = typeof DegradedModeName.Type
