/**
 * What the joiners of one flight want together: the latest deadline and the highest priority among those who are there.
 * Who leaves takes the own wish along; when nobody is left, the last wish stands.
 */
import type { Priority } from "../../schemas/CallOptions.ts"

/** What one joiner wants. **Units** `deadlineAt` in milliseconds of the monotonic clock. */
export interface Wish {
  readonly deadlineAt: number
  readonly priority: Priority
}

const rank = { low: 0, normal: 1, high: 2 } as const satisfies Record<Priority, number>

/** The joiners of one flight that `first` begins, in the order in which they came. */
export class JoinedWishes<W extends Wish = Wish> {
  /** The only one who has ever come: nearly every flight has no other, and needs no set. */
  #only: W | undefined
  #wishes: Set<W> | undefined
  #high = 0
  #normal = 0
  #latest: number
  // Who takes the latest deadline along makes the others be looked through, once, when somebody asks.
  #isKnown = true

  constructor(first: W) {
    this.#only = first
    this.#latest = first.deadlineAt
    this.#count(first.priority, 1)
  }

  get size(): number {
    return this.#wishes === undefined ? (this.#only === undefined ? 0 : 1) : this.#wishes.size
  }

  has(wish: W): boolean {
    return this.#wishes === undefined ? this.#only === wish : this.#wishes.has(wish)
  }

  get deadlineAt(): number {
    if (!this.#isKnown) {
      this.#isKnown = true
      this.#latest = Number.NEGATIVE_INFINITY
      for (const wish of this.#all()) this.#latest = Math.max(this.#latest, wish.deadlineAt)
    }
    return this.#latest
  }

  get priority(): Priority {
    return this.#high > 0 ? "high" : this.#normal > 0 ? "normal" : "low"
  }

  /** Adds a wish, the same object once; tells whether it raised the deadline or the priority. */
  add(wish: W): boolean {
    const isRaised = wish.deadlineAt > this.deadlineAt || rank[wish.priority] > rank[this.priority]
    this.#wishes ??= new Set(this.#all())
    this.#wishes.add(wish)
    this.#count(wish.priority, 1)
    this.#latest = Math.max(this.#latest, wish.deadlineAt)
    return isRaised
  }

  /** Takes a wish away; tells whether it was there. */
  remove(wish: W): boolean {
    if (!this.has(wish)) return false
    if (this.#wishes === undefined) this.#only = undefined
    else this.#wishes.delete(wish)
    if (this.size === 0) return true
    this.#count(wish.priority, -1)
    if (wish.deadlineAt === this.#latest) this.#isKnown = false
    return true
  }

  /** Takes all away, and gives them. */
  removeAll(): ReadonlyArray<W> {
    const all = this.#all()
    this.#only = undefined
    this.#wishes = undefined
    return all
  }

  #all(): ReadonlyArray<W> {
    if (this.#wishes !== undefined) return [...this.#wishes]
    return this.#only === undefined ? [] : [this.#only]
  }

  #count(priority: Priority, by: 1 | -1): void {
    if (priority === "high") this.#high += by
    else if (priority === "normal") this.#normal += by
  }
}
