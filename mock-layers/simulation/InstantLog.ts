/**
 * When the requests of each operation came: all of them, at eight bytes each, so that a quota can be proven from the
 * provider's side after any number of requests.
 *
 * **Units** inside, nanoseconds of a clock that never steps back; outside, milliseconds with their fraction.
 */
import type { Operation } from "../../schemas/Provider.ts"

/** The nanoseconds of a millisecond. */
export const nanosPerMilli = 1_000_000

/** The instants. */
export class InstantLog {
  readonly #nanos = new Map<Operation, Array<number>>()

  /** Enters an instant in nanoseconds, and gives it in milliseconds. One before the newest is taken for the newest. */
  enter(operation: Operation, nanos: number): number {
    const instants = this.#of(operation)
    const instant = Math.max(nanos, instants.at(-1) ?? nanos)
    instants.push(instant)
    return instant / nanosPerMilli
  }

  /** The newest instant (place 1), or one before it. **Units** nanoseconds. */
  newestNanos(operation: Operation, place: number): number | undefined {
    return this.#of(operation).at(-place)
  }

  /** All instants, the oldest first. **Units** milliseconds. */
  instants(operation: Operation): ReadonlyArray<number> {
    return this.#of(operation).map((nanos) => nanos / nanosPerMilli)
  }

  /**
   * The most instants in any half-open window `[t, t + window)`, wherever it begins. Some fullest window begins at an
   * instant, so that one pass with two places sees them all.
   */
  largestInWindow(operation: Operation, windowMillis: number): number {
    const instants = this.#of(operation)
    const windowNanos = windowMillis * nanosPerMilli
    let first = 0
    let largest = 0
    for (let last = 0; last < instants.length; last++) {
      const end = instants[last] ?? 0
      while (first <= last && end - (instants[first] ?? end) >= windowNanos) first++
      largest = Math.max(largest, last - first + 1)
    }
    return largest
  }

  forget(): void {
    this.#nanos.clear()
  }

  #of(operation: Operation): Array<number> {
    const known = this.#nanos.get(operation)
    if (known !== undefined) return known
    const instants: Array<number> = []
    this.#nanos.set(operation, instants)
    return instants
  }
}
