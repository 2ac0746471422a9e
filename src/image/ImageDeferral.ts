/**
 * Whether a picture is put off for now, by a degraded mode: `generate` is then refused, and `submit` keeps its job queued.
 */
import * as Duration from "effect/Duration"
import type { Call } from "../pipeline/CurrentCall.ts"
import { heldMode } from "../policy/degraded-mode/DecideModes.ts"
import type { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"

/**
 * Pictures of every call are put off while a person has entered `ImagesDeferred`, those of low priority while load is shed.
 *
 * **Details** Where a rule has entered `ImagesDeferred`, the doors refuse of themselves, with their own reason; they are
 * left to it, because they let in the probes that end the mode.
 */
export const isPutOff = (
  modes: Pick<DegradedModes["Service"], "held">,
  { priority }: Pick<Call, "priority">
): boolean => {
  const held = modes.held()
  return (
    heldMode(held, "ImagesDeferred")?.by === "hand" ||
    (priority === "low" && heldMode(held, "LowPriorityShed") !== undefined)
  )
}

/** When it is worth asking again. */
export const deferralRetryAfter: Duration.Duration = Duration.minutes(1)
