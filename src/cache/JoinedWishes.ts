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

/** The wishes of one flight. */
export interface JoinedWishes {
  /** Adds a wish, the same object once; tells whether it raised the deadline or the priority. */
  readonly add: (wish: Wish) => boolean
  readonly remove: (wish: Wish) => void
  readonly deadlineAt: () => number
  readonly priority: () => Priority
}

const rank = { low: 0, normal: 1, high: 2 } as const satisfies Record<Priority, number>

/** The wishes of a flight that `first` begins. */
export const makeJoinedWishes = (first: Wish): JoinedWishes => {
  const wishes = new Set([first])
  const counts = { high: 0, normal: 0, low: 0 }
  counts[first.priority] = 1
  let latest = first.deadlineAt
  // Who takes the latest deadline along makes the others be looked through, once, when somebody asks.
  let isKnown = true

  const deadlineAt = (): number => {
    if (isKnown) return latest
    isKnown = true
    latest = Number.NEGATIVE_INFINITY
    for (const wish of wishes) latest = Math.max(latest, wish.deadlineAt)
    return latest
  }
  const priority = (): Priority => (counts.high > 0 ? "high" : counts.normal > 0 ? "normal" : "low")

  return {
    add: (wish) => {
      const isRaised = wish.deadlineAt > deadlineAt() || rank[wish.priority] > rank[priority()]
      wishes.add(wish)
      counts[wish.priority] += 1
      latest = Math.max(latest, wish.deadlineAt)
      return isRaised
    },
    remove: (wish) => {
      if (wishes.size === 1) return
      wishes.delete(wish)
      counts[wish.priority] -= 1
      if (wish.deadlineAt === latest) isKnown = false
    },
    deadlineAt,
    priority
  }
}
