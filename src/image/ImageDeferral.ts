/**
 * Whether a picture is put off for now, by a degraded mode: `generate` is then refused, and `submit` keeps its job queued.
 */
import * as Duration from "effect/Duration"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"

/** Pictures of every call are put off while `ImagesDeferred` holds, those of low priority while load is shed. */
export const isPutOff = (
  modes: Pick<DegradedModes["Service"], "isActive">,
  { priority }: Pick<Call, "priority">
): boolean => modes.isActive("ImagesDeferred") || (priority === "low" && modes.isActive("LowPriorityShed"))

/** When it is worth asking again. */
export const deferralRetryAfter: Duration.Duration = Duration.minutes(1)
