/**
 * What the provider says it still allows at one door until an instant. It stands beside our own limits: both must let a
 * request pass, so it only ever makes us slower.
 */

/** The allowance of a door. **Units** instants in milliseconds of the monotonic clock. */
export class Allowance {
  #left = Number.POSITIVE_INFINITY
  #until = Number.NEGATIVE_INFINITY

  /** Only so many may still start before an instant. The latest word holds, whatever the one before said. */
  set(left: number, until: number): void {
    this.#left = Math.max(0, left)
    this.#until = Math.ceil(until)
  }

  /** One has started. */
  take(): void {
    this.#left -= 1
  }

  /** Before which instant whoever stands at this place may not start; negative infinity where nothing keeps him. */
  notBefore(position: number, now: number): number {
    return now < this.#until && position > this.#left ? this.#until : Number.NEGATIVE_INFINITY
  }
}
