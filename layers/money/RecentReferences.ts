/**
 * The references that were added lately: at least the last so many, at most twice as many. Two sets that take turns, so
 * that forgetting costs nothing.
 */

/** The references. **Units** `remembered` in references. */
export class RecentReferences {
  readonly #remembered: number
  #younger = new Set<string>()
  #older: ReadonlySet<string> = new Set<string>()

  constructor(remembered: number) {
    this.#remembered = remembered
  }

  has(reference: string): boolean {
    return this.#younger.has(reference) || this.#older.has(reference)
  }

  add(reference: string): void {
    if (this.#younger.size >= this.#remembered) {
      this.#older = this.#younger
      this.#younger = new Set()
    }
    this.#younger.add(reference)
  }
}
