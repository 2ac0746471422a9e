/**
 * What is kept of an enhancement: what an equal request may be answered with. What belongs to one call (its id, how many
 * attempts it took, where it got the text) is not kept.
 */
import * as Schema from "effect/Schema"
import { Enhancement } from "../../schemas/Enhancement.ts"
import { noCost } from "../../schemas/Money.ts"

/** The form of the kept value; counted up when a field changes its meaning. It is part of every key. */
export const schemaVersion = 1

/** The kept part of an enhancement. `cost` is what it cost then: what a hit saves. */
export const CachedEnhancement = Schema.Struct({
  prompt: Enhancement.fields.prompt,
  model: Enhancement.fields.model,
  isSimulated: Enhancement.fields.isSimulated,
  shortened: Enhancement.fields.shortened,
  cost: Enhancement.fields.cost
})
export interface CachedEnhancement extends Schema.Schema.Type<typeof CachedEnhancement> {}

/**
 * The part to keep, or `undefined` where nothing may be kept: only what the provider made for this very call is. A
 * degraded result would pass for a good one, and a cached one would become young again.
 */
export const toCached = (enhancement: Enhancement): CachedEnhancement | undefined => {
  if (enhancement.provenance._tag !== "Live") return undefined
  const { cost, isSimulated, model, prompt, shortened } = enhancement
  return { prompt, model, isSimulated, shortened, cost }
}

/** The enhancement that a call is answered with from the cache: it costs nothing and took no attempt. */
export const fromCached = (
  cached: CachedEnhancement,
  call: Pick<Enhancement, "callId" | "provenance">
): Enhancement => ({
  callId: call.callId,
  prompt: cached.prompt,
  model: cached.model,
  provenance: call.provenance,
  isSimulated: cached.isSimulated,
  shortened: cached.shortened,
  cost: noCost,
  attempts: 0
})

/** What an entry takes besides its texts: the key, the objects, its place in the map. */
const entryOverheadBytes = 400

/** What a kept enhancement takes in memory at most. **Units** bytes; two for each UTF-16 unit of text. */
export const bytesOfCached = (cached: CachedEnhancement): number =>
  entryOverheadBytes + 2 * (cached.prompt.length + cached.model.length)
