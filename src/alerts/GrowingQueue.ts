/**
 * Whether a queue grows: one that is merely long is no news, one that doubles in half a minute is. Pure.
 *
 * | the queue | level |
 * | --- | --- |
 * | is full to 80 % | 2 |
 * | has ten callers or more, and at least twice as many as half a minute before | 1 |
 * | has grown, and has not fallen below half of its longest since | 1 |
 * | else | 0 |
 */

/** How long a queue was. **Units** `at` in milliseconds since 1970, `callers` waiting. */
interface Length {
  readonly at: number
  readonly callers: number
}

/** What is remembered of a queue: its lengths of the last half minute, and the longest since it began to grow. */
export interface QueueGrowth {
  readonly lengths: ReadonlyArray<Length>
  readonly longest: number
}

/** Nothing is remembered. */
export const noGrowth: QueueGrowth = { lengths: [], longest: 0 }

const lookBackMillis = 30_000
const fewest = 10
const nearlyFull = 0.8

/** The level of a queue. */
export type QueueLevel = 0 | 1 | 2

/**
 * What is remembered after a look, and the level. **Units** `now` in milliseconds since 1970; `callers` waiting of at most
 * `limit`. One length a second is kept.
 *
 * ```ts
 * import { followQueue, noGrowth } from "@ludeng/providers"
 *
 * const before = followQueue(noGrowth, { callers: 8, limit: 1_000 }, 0)
 * followQueue(before.growth, { callers: 16, limit: 1_000 }, 20_000).level // => 1
 * followQueue(before.growth, { callers: 15, limit: 1_000 }, 20_000).level // => 0
 * ```
 */
export const followQueue = (
  growth: QueueGrowth,
  { callers, limit }: { readonly callers: number; readonly limit: number },
  now: number
): { readonly growth: QueueGrowth; readonly level: QueueLevel } => {
  const full = callers > 0 && callers >= limit * nearlyFull ? 2 : 0
  const fell = growth.longest > 0 && callers * 2 <= growth.longest
  const recent = fell ? [] : growth.lengths.filter(({ at }) => at <= now && now - at <= lookBackMillis)
  if (callers === 0 && recent.every((it) => it.callers === 0)) return { growth: noGrowth, level: 0 }
  const doubled = callers >= fewest && recent.some((it) => callers >= 2 * it.callers)
  const longest = !fell && (doubled || growth.longest > 0) ? Math.max(growth.longest, callers) : 0
  const last = recent.at(-1)
  const lengths = last !== undefined && now - last.at < 1_000 ? recent : [...recent, { at: now, callers }]
  return { growth: { lengths, longest }, level: full === 2 ? 2 : longest > 0 ? 1 : 0 }
}
