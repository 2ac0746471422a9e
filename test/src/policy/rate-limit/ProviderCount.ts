/**
 * The provider's side: it counts each request at some instant between its sending and the last at which it can have
 * heard of it. Which instant is the provider's choice, so a window holds every request that it could hold.
 */
import type { ModelTier } from "./RoomModel.ts"

/** A request as the provider saw it; `tiers` are the limits in force when it was let in. */
export interface Counted {
  /** The place among all that were let in. */
  readonly order: number
  readonly lo: number
  readonly hi: number
  readonly tiers: ReadonlyArray<ModelTier>
}

/**
 * A window that holds more requests than the limit under which the last of them was let in; `undefined` where there is
 * none, whatever the provider chose. The provider's clock is up to a tenth of a percent slower than ours: its windows
 * last that much longer. A faster clock has shorter ones, which these contain.
 */
export const crowdedWindow = (requests: ReadonlyArray<Counted>): string | undefined => {
  const inOrder = requests.toSorted((left, right) => left.order - right.order)
  for (let last = 0; last < inOrder.length; last++) {
    const newest = inOrder[last]!
    for (const { limit, windowMillis } of newest.tiers) {
      if (last < limit) continue
      const length = (windowMillis * 1001) / 1000
      // The fullest windows begin at the last instant at which one of their requests can be counted.
      for (let first = 0; first <= last; first++) {
        const begin = inOrder[first]!.hi
        if (begin > newest.hi || newest.lo >= begin + length) continue
        let held = 0
        for (let other = 0; other <= last; other++) {
          const { hi, lo } = inOrder[other]!
          if (hi >= begin && lo < begin + length) held += 1
        }
        if (held > limit) return `${held} requests from ${begin} for ${windowMillis} ms, where ${limit} are allowed`
      }
    }
  }
  return undefined
}
