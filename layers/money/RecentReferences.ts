/**
 * The last so many references, the oldest forgotten first. A ring beside the set: taking the oldest out of a set that
 * has lost many would walk over all that it has lost.
 */

/** The references. **Units** `capacity` in references. */
export class RecentReferences {
  readonly #ring: Array<string> = []
  readonly #capacity: number
  readonly #known = new Set<string>()
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  has(reference: string): boolean {
    return this.#known.has(reference)
  }

  add(reference: string): void {
    if (this.#known.has(reference)) return
    const oldest = this.#ring[this.#next]
    if (oldest !== undefined) this.#known.delete(oldest)
    this.#ring[this.#next] = reference
    this.#known.add(reference)
    this.#next = (this.#next + 1) % this.#capacity
  }
}
