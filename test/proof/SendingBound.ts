/**
 * The best that any limiter can do which counts a request when its answer begins: when each request can be sent at the
 * earliest, given what its answer took.
 *
 * ```text
 * counted(i) = start(i) + answer(i)
 * start(p)   = the earliest instant s >= start(p - 1) at which, in every tier,
 *              fewer than `limit` of the requests before p have  counted(i) > s - window
 * ```
 *
 * So in a steady state a tier lets through `limit` requests in its window and one answer. With answers of no length it is
 * the legal speed: `limit` at once, and `limit` more a window later.
 */

/** A tier. **Units** `windowMillis` in milliseconds. */
export interface BoundTier {
  readonly limit: number
  readonly windowMillis: number
}

/** When each request starts at the earliest. **Units** milliseconds; the first starts at 0. */
export const earliestStarts = (
  answersMillis: ReadonlyArray<number>,
  tiers: ReadonlyArray<BoundTier>
): ReadonlyArray<number> => {
  const starts: Array<number> = []
  const counted: Array<number> = []
  for (const [place, answer] of answersMillis.entries()) {
    const free = tiers.map(({ limit, windowMillis }) =>
      place < limit ? 0 : (counted[place - limit] ?? 0) + windowMillis
    )
    const start = Math.max(0, starts.at(-1) ?? 0, ...free)
    starts.push(start)
    const at = start + answer
    const later = counted.findIndex((it) => it > at)
    counted.splice(later < 0 ? counted.length : later, 0, at)
  }
  return starts
}
