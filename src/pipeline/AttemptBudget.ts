/**
 * How many requests that may cost something a call may still begin. A call that is nested in another draws on both: so
 * retries, second asks and fallbacks can be nested in any way without multiplying.
 *
 * Requests that cost nothing (polls, downloads, probes) are counted, and not bounded here: a picture that is paid for is
 * never left behind for want of attempts.
 */

/** The budget of one call. */
export class AttemptBudget {
  readonly #limit: number
  readonly #parent: AttemptBudget | undefined
  #count = 0
  #spent = 0

  constructor(limit: number, parent?: AttemptBudget) {
    this.#limit = limit
    this.#parent = parent
  }

  /** Requests begun by everything in the call. */
  get count(): number {
    return this.#count
  }

  /** Requests of a kind that may cost something that may still be begun. */
  get left(): number {
    return Math.min(this.#limit - this.#spent, this.#parent?.left ?? Number.POSITIVE_INFINITY)
  }

  /** A request is begun. */
  begin(mayCost: boolean): void {
    this.#count += 1
    if (mayCost) this.#spent += 1
    this.#parent?.begin(mayCost)
  }
}
