/**
 * The instants at which permits were counted, oldest first: the exact sliding-window log that all tiers of a quota share.
 *
 * A tier sees the part of the log that is younger than its span; each tier keeps where that part begins, so that a look
 * costs nothing while nothing changes. Instants only grow, as the clock they come from does.
 *
 * **Details** As many instants are remembered as the largest limit needs, and at least `rememberedAtLeast`: a limit that
 * is raised, or a tier that is added, later finds the requests of before. What had to be forgotten is taken for as many
 * requests as a tier allows, so that a change of limits is never a free burst.
 */
import { type RateTier, spanOf } from "./RateTier.ts"

/** Instants that are remembered whatever the limits are. */
export const rememberedAtLeast = 4_096

interface TierView {
  readonly limit: number
  readonly span: number
  /** Sequence number of the oldest instant inside the window. */
  head: number
}

const smallestCapacity = 64

const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(Math.max(smallestCapacity, atLeast)))

/** The log. **Units** instants in whole milliseconds of a monotonic clock. */
export class WindowLog {
  #stamps = new Float64Array(smallestCapacity)
  #largestCapacity = rememberedAtLeast
  #first = 0
  #next = 0
  #forgottenAt = Number.NEGATIVE_INFINITY
  #tiers: ReadonlyArray<TierView> = []

  constructor(tiers: ReadonlyArray<RateTier>) {
    this.configure(tiers)
  }

  /** The limits by tier. */
  get tiers(): ReadonlyArray<{ readonly limit: number; readonly span: number }> {
    return this.#tiers
  }

  /** Takes other tiers; what is remembered counts against them. */
  configure(tiers: ReadonlyArray<RateTier>): void {
    this.#largestCapacity = powerOfTwo(Math.max(rememberedAtLeast, ...tiers.map(({ limit }) => limit)))
    this.#tiers = tiers.map((tier) => ({ limit: tier.limit, span: spanOf(tier), head: this.#first }))
  }

  /** Counts a request at an instant that is not before the last one. */
  append(at: number): void {
    if (this.#next - this.#first === this.#stamps.length) this.#makeRoom()
    this.#stamps[this.#next & (this.#stamps.length - 1)] = at
    this.#next += 1
  }

  /** What was counted until an instant is no longer known. */
  forget(until: number): void {
    this.#forgottenAt = Math.max(this.#forgottenAt, until)
  }

  /** How many of the remembered requests the tier's window holds now. */
  count(index: number, now: number): number {
    const tier = this.#tierAt(index)
    const mask = this.#stamps.length - 1
    let head = Math.max(tier.head, this.#first)
    while (head < this.#next && (this.#stamps[head & mask] ?? 0) + tier.span <= now) head += 1
    tier.head = head
    return this.#next - head
  }

  /** When the `nth` (from 1) of the requests that `count` counted leaves the tier's window. */
  leavesAt(index: number, nth: number): number {
    const tier = this.#tierAt(index)
    return (this.#stamps[(tier.head + nth - 1) & (this.#stamps.length - 1)] ?? 0) + tier.span
  }

  /** Until when requests that had to be forgotten may still be in the tier's window. */
  forgottenUntil(index: number): number {
    return this.#forgottenAt + this.#tierAt(index).span
  }

  #tierAt(index: number): TierView {
    const tier = this.#tiers[index]
    if (tier === undefined) throw new RangeError(`there is no tier ${index}`)
    return tier
  }

  #makeRoom(): void {
    const old = this.#stamps
    if (old.length >= this.#largestCapacity) {
      this.#forgottenAt = old[this.#first & (old.length - 1)] ?? Number.NEGATIVE_INFINITY
      this.#first += 1
      return
    }
    const grown = new Float64Array(old.length * 2)
    for (let at = this.#first; at < this.#next; at++) {
      grown[at & (grown.length - 1)] = old[at & (old.length - 1)] ?? 0
    }
    this.#stamps = grown
  }
}
