/**
 * How many wrong tokens an address may show. Pure but for its own memory, which is bounded.
 *
 * A good token is never held back by this: behind one proxy all callers have one address, and whoever shows wrong tokens
 * there must not lock the others out. 256 random bits are not found by guessing; what is bounded here is the noise.
 */

/** So many wrong tokens in a minute are answered as such, further ones with 429. */
export const failuresPerMinute = 10

/** **Units** milliseconds. */
export const failureWindowMillis = 60_000

/** How many addresses are remembered; beyond it the one heard of longest ago is forgotten. */
export const rememberedAddresses = 10_000

interface Failures {
  readonly since: number
  readonly count: number
}

/** The memory. */
export interface FailedSignIns {
  /**
   * Counts a wrong token of an address, and says how long it must wait: 0 while it may go on. **Units** milliseconds, `now`
   * of any clock that does not go back.
   */
  readonly failed: (address: string, now: number) => number
}

/** An empty memory. */
export const makeFailedSignIns = (): FailedSignIns => {
  const byAddress = new Map<string, Failures>()
  return {
    failed: (address, now) => {
      const before = byAddress.get(address)
      const isOver = before === undefined || now - before.since >= failureWindowMillis
      const failures = isOver ? { since: now, count: 1 } : { since: before.since, count: before.count + 1 }
      // Set anew, so that the map's order is that of the last failure.
      byAddress.delete(address)
      byAddress.set(address, failures)
      const oldest = byAddress.size > rememberedAddresses ? byAddress.keys().next().value : undefined
      if (oldest !== undefined) byAddress.delete(oldest)
      return failures.count > failuresPerMinute ? failures.since + failureWindowMillis - now : 0
    }
  }
}
