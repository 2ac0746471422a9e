/**
 * The owners whose budgets are to be looked at: whoever was seen first is looked at first, each once however often it is
 * seen meanwhile. Bounded: of more than 10 000 that wait the newest are left out and counted; their next call brings them
 * again.
 */
import type { Owner } from "../../schemas/Identifiers.ts"

const mostWaiting = 10_000

/** The owners, in place. */
export class OwnersToLookAt {
  readonly #waiting = new Set<Owner>()
  #leftOut = 0

  /** How many wait. */
  get size(): number {
    return this.#waiting.size
  }

  /** Lets an owner wait, behind those who do. */
  add(owner: Owner): void {
    if (this.#waiting.size < mostWaiting || this.#waiting.has(owner)) this.#waiting.add(owner)
    else this.#leftOut++
  }

  /** The one who has waited longest, and waits no more; nothing where nobody waits. */
  take(): Owner | undefined {
    const [owner] = this.#waiting
    if (owner !== undefined) this.#waiting.delete(owner)
    return owner
  }

  /** How often one was left out since this was last asked. */
  takeLeftOut(): number {
    const count = this.#leftOut
    this.#leftOut = 0
    return count
  }
}
