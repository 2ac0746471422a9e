/**
 * The 429s in a row at one door. Those of requests that were on the wire together are one: they say the same thing.
 */

/** The row of a door. **Units** milliseconds of the monotonic clock. */
export class RefusalRow {
  #length = 0
  #countedAt = Number.NEGATIVE_INFINITY

  /**
   * A request that began at `begunAt` was refused for its pace. Gives how many in a row that makes, `undefined` where it
   * says nothing new. What is older than `memoryMillis` is another row.
   */
  refused(begunAt: number, now: number, memoryMillis: number): number | undefined {
    if (begunAt < this.#countedAt) return undefined
    this.#length = now - this.#countedAt > memoryMillis ? 1 : this.#length + 1
    this.#countedAt = now
    return this.#length
  }

  /** A request was answered. */
  answered(): void {
    this.#length = 0
  }
}
