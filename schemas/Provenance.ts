/**
 * Where a result came from. Every result carries one, so that no degradation is hidden.
 */
import * as Schema from "effect/Schema"
import { DegradedMode } from "./DegradedMode.ts"
import { ImageProtocolName, Provider } from "./Provider.ts"
import { ReasonTag } from "./Reason.ts"

/**
 * - `Live`: the provider made it for this call.
 * - `Cached`: made for an equal earlier request, still fresh.
 * - `Stale`: made for an equal earlier request, past its time, because of `reason`.
 * - `OtherProvider`: made by another provider or protocol than the first choice, because of `reason`.
 * - `Degraded`: the wish was not met, because of `reason` (the raw prompt instead of an enhanced one, say).
 *
 * `mode` is there where nothing was tried, because of a degraded mode.
 */
export const Provenance = Schema.Union([
  Schema.TaggedStruct("Live", {}),
  Schema.TaggedStruct("Cached", { age: Schema.DurationFromMillis }),
  Schema.TaggedStruct("Stale", {
    age: Schema.DurationFromMillis,
    reason: ReasonTag,
    mode: Schema.optionalKey(DegradedMode)
  }),
  Schema.TaggedStruct("OtherProvider", { provider: Schema.Union([Provider, ImageProtocolName]), reason: ReasonTag }),
  Schema.TaggedStruct("Degraded", { reason: ReasonTag, mode: Schema.optionalKey(DegradedMode) })
])
export type Provenance = typeof Provenance.Type

/** The provenance of a result that the provider made for this very call. */
export const live: Provenance = { _tag: "Live" }
