/**
 * A trap that is the same check on every library's circuit breaker.
 */
import { type Breaker, breakerMakers, type BreakerOptions, noBreaker } from "./Breaker.ts"
import type { Check, Library, Trap, Verdict } from "./Trap.ts"

/** Makes a fresh breaker of the library that is asked. */
export type FreshBreaker = (options: BreakerOptions) => Promise<Breaker>

/** Signals a breaker that is not there yet. */
class NotThere extends Error {
  override readonly name = "NotThere"
}

const checkOf =
  (library: Library, ask: (fresh: FreshBreaker, library: Library) => Promise<Verdict>): Check =>
  async () => {
    const make = await breakerMakers[library]?.()
    const fresh: FreshBreaker = async (options) => {
      const breaker = await make?.(options)
      if (breaker === undefined) throw new NotThere()
      return breaker
    }
    try {
      return await ask(fresh, library)
    } catch (error) {
      if (error instanceof NotThere) return undefined
      throw error
    }
  }

/** The trap. */
export const breakerTrap = (
  trap: Pick<Trap, "number" | "title" | "question">,
  ask: (fresh: FreshBreaker, library: Library) => Promise<Verdict>
): Trap => ({
  ...trap,
  checks: Object.fromEntries(
    (["ours", "Effect", "cockatiel", "opossum"] as const).map((library) => [library, checkOf(library, ask)])
  ),
  without: noBreaker
})
