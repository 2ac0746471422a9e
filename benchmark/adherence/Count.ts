/**
 * How many starts a window holds, whichever window one looks through, and how early the last start could have been.
 */
import type { Tier } from "./Limiter.ts"

/** The most starts in any half-open window of a length. **Units** sorted instants and `window` in milliseconds. */
export const worstCount = (starts: ReadonlyArray<number>, window: number): number => {
  let worst = 0
  let first = 0
  starts.forEach((start, index) => {
    while (start - (starts[first] ?? start) >= window) first += 1
    worst = Math.max(worst, index - first + 1)
  })
  return worst
}

/** The ratio of starts that came while the window before them was full. */
export const overRatio = (starts: ReadonlyArray<number>, tiers: ReadonlyArray<Tier>): number => {
  const isOver = (start: number, index: number) =>
    tiers.some(({ limit, window }) => {
      const earlier = starts[index - limit]
      return earlier !== undefined && start - earlier < window
    })
  return starts.length === 0 ? 0 : starts.filter(isOver).length / starts.length
}

/** From the first start to the last, where each comes as early as the tiers allow. */
export const legalSpan = (arrivals: ReadonlyArray<number>, tiers: ReadonlyArray<Tier>): number => {
  const starts: Array<number> = []
  arrivals.forEach((arrival, index) => {
    const bounds = tiers.map(({ limit, window }) => (starts[index - limit] ?? Number.NEGATIVE_INFINITY) + window)
    starts.push(Math.max(arrival, starts[index - 1] ?? 0, ...bounds))
  })
  return (starts.at(-1) ?? 0) - (starts[0] ?? 0)
}
