/**
 * One tier of a quota: how many requests any window of a given length may hold. A quota has one tier or several
 * (`20/minute, 100/hour`); a request must fit all of them.
 */

/** **Units** `limit` in permits, from 1; `windowMillis` in milliseconds, from 1. */
export interface RateTier {
  readonly limit: number
  readonly windowMillis: number
}

/**
 * What a window is longer for us than for the provider, because no two clocks run alike. **Units** a ratio of the
 * window.
 */
export const clockMarginRatio = 0.001

/** How long a permit occupies its tier. **Units** whole milliseconds, rounded up. */
export const spanOf = (tier: RateTier): number => Math.ceil(tier.windowMillis * (1 + clockMarginRatio))

/** What is wrong with a list of tiers; `name` is the place in the list: `limits.1.window`. */
export interface TierProblem {
  readonly name: string
  readonly problem: string
  readonly expected: string
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1

/**
 * Every problem of a list of tiers: limits and windows that are no whole numbers from 1, a window named twice, and a
 * tier that can never be reached because a longer window allows less (`100/minute, 50/hour`).
 *
 * ```ts
 * import { tierProblems } from "@ludeng/providers"
 *
 * const minute = { limit: 100, windowMillis: 60_000 }
 * tierProblems([minute, { limit: 500, windowMillis: 3_600_000 }]) // => []
 * tierProblems([minute, { limit: 50, windowMillis: 3_600_000 }]).length // => 1
 * ```
 */
export const tierProblems = (tiers: ReadonlyArray<RateTier>): ReadonlyArray<TierProblem> => {
  const problems: Array<TierProblem> = []
  tiers.forEach(({ limit, windowMillis }, index) => {
    const name = `limits.${index}`
    if (!isCount(limit)) {
      problems.push({
        name: `${name}.limit`,
        problem: `a limit is ${limit}`,
        expected: "a whole number of permits from 1"
      })
    }
    if (!isCount(windowMillis)) {
      problems.push({
        name: `${name}.window`,
        problem: `a window is ${windowMillis}`,
        expected: "a whole number of milliseconds from 1"
      })
    }
  })
  const sorted = tiers
    .map((tier, index) => ({ ...tier, name: `limits.${index}` }))
    .toSorted((left, right) => left.windowMillis - right.windowMillis)
  sorted.forEach((longer, index) => {
    const shorter = sorted[index - 1]
    const { name } = longer
    if (shorter === undefined) return
    if (shorter.windowMillis === longer.windowMillis) {
      problems.push({ name, problem: "two tiers have the same window", expected: "one tier for each window" })
    } else if (shorter.limit > longer.limit) {
      problems.push({
        name,
        problem: `${shorter.limit} in the shorter window are above ${longer.limit} in the longer one`,
        expected: "limits that grow with their windows"
      })
    }
  })
  return problems
}
