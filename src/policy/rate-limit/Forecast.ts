/**
 * When the permits of a quota with several tiers will be had, one after the other. The start of the p-th depends on that
 * of the one `limit` places before it, in every tier:
 *
 * ```text
 * start(p) = max over tiers of  when the tier has room            for p <= limit
 *                               start(p - limit) + span           for p >  limit
 * ```
 *
 * The starts are kept, and grow by one entry with each deeper question; a permit that is taken at its forecast moves the
 * list on by one; one that is taken at another instant begins it anew. So a question costs O(1) on average while starts
 * come true, whatever the length of the queue.
 */

interface TierShape {
  readonly limit: number
  readonly span: number
}

/** The kept starts of one quota. **Units** instants in milliseconds. */
export class Forecast {
  #starts: Array<number> = []
  #offset = 0
  #notBefore = Number.NEGATIVE_INFINITY

  /** Forgets the starts: limits changed. */
  clear(): void {
    this.#starts = []
    this.#offset = 0
  }

  /** A request was counted: the first start has come true, or is no longer to be had. */
  counted(at: number): void {
    const first = this.#starts[this.#offset]
    if (first === undefined) return
    // Sooner (a permit came back) or later (nobody wanted it yet, or a slot was missing): the starts after it move too.
    if (at !== first) return this.clear()
    this.#offset += 1
    if (this.#offset === this.#starts.length) this.clear()
    else if (this.#offset > 1_024 && this.#offset * 2 > this.#starts.length) {
      this.#starts = this.#starts.slice(this.#offset)
      this.#offset = 0
    }
  }

  /** The start of the permit at a position from 1. `freeAt` tells when what is known now makes room for it. */
  at(
    position: number,
    from: number,
    notBefore: number,
    tiers: ReadonlyArray<TierShape>,
    freeAt: (position: number) => number
  ): number {
    if (notBefore !== this.#notBefore) this.clear()
    this.#notBefore = notBefore
    for (let next = this.#starts.length - this.#offset + 1; next <= position; next++) {
      let start = Math.max(from, freeAt(next))
      for (const { limit, span } of tiers) {
        if (next > limit) start = Math.max(start, this.#start(next - limit) + span)
      }
      this.#starts.push(start)
    }
    return Math.max(from, this.#start(position))
  }

  #start(position: number): number {
    return this.#starts[this.#offset + position - 1] ?? Number.NEGATIVE_INFINITY
  }
}
