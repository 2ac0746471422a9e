/**
 * Permits that have ended, waiting for the instant at which they are counted: at once where an answer came, after a
 * grace where a request was broken off. Both kinds come in the order of their instants, so two runs that each only grow
 * take nearly all of them without a search.
 */

class Run {
  #instants: Array<number> = []
  #head = 0

  get size(): number {
    return this.#instants.length - this.#head
  }

  get earliest(): number {
    return this.#instants[this.#head] ?? Number.POSITIVE_INFINITY
  }

  get latest(): number {
    return this.size === 0 ? Number.NEGATIVE_INFINITY : (this.#instants.at(-1) ?? Number.NEGATIVE_INFINITY)
  }

  append(at: number): void {
    this.#instants.push(at)
  }

  insert(at: number): void {
    let place = this.#instants.length
    while (place > this.#head && (this.#instants[place - 1] ?? 0) > at) place -= 1
    this.#instants.splice(place, 0, at)
  }

  shift(): void {
    this.#head += 1
    if (this.#head === this.#instants.length) {
      this.#instants.length = 0
      this.#head = 0
    } else if (this.#head > 1_024 && this.#head * 2 > this.#instants.length) {
      this.#instants = this.#instants.slice(this.#head)
      this.#head = 0
    }
  }
}

/** The instants, in order. **Units** whole milliseconds of a monotonic clock. */
export class EndedPermits {
  readonly #first = new Run()
  readonly #second = new Run()

  get size(): number {
    return this.#first.size + this.#second.size
  }

  /** The earliest instant; infinity where there is none. */
  get earliest(): number {
    return Math.min(this.#first.earliest, this.#second.earliest)
  }

  push(at: number): void {
    if (at >= this.#first.latest) this.#first.append(at)
    else if (at >= this.#second.latest) this.#second.append(at)
    else this.#second.insert(at)
  }

  /** Takes the earliest instant that is not after `now`. */
  takeUntil(now: number): number | undefined {
    const run = this.#first.earliest <= this.#second.earliest ? this.#first : this.#second
    const at = run.earliest
    if (at > now) return undefined
    run.shift()
    return at
  }
}
