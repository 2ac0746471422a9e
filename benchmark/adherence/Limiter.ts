/**
 * What a limiter of the adherence section is: it starts tasks when its tiers allow it.
 */

/** **Units** `window` in milliseconds. */
export interface Tier {
  readonly limit: number
  readonly window: number
}

/** Starts a task when its turn comes. */
export type Start = (task: () => void) => void

/** Opens a limiter with one tier or two; absent where it is not there yet, or knows one tier only. */
export type OpenLimiter = (tiers: ReadonlyArray<Tier>) => Promise<Start | undefined>

/** Takes what is right for every tier, from the outermost in. */
export const nested = (starts: ReadonlyArray<Start>): Start => {
  const [first, ...rest] = starts
  if (first === undefined) return (task) => task()
  const inner = nested(rest)
  return (task) => first(() => inner(task))
}
