/**
 * The few statistics the report uses. Medians, because a shared machine makes outliers.
 */

/** The middle of the values; the mean of the two middle ones where their number is even; absent where there is none. */
export const median = (values: ReadonlyArray<number>): number | undefined => {
  const sorted = values.filter((it) => Number.isFinite(it)).toSorted((left, right) => left - right)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  const lower = sorted[sorted.length % 2 === 1 ? middle : middle - 1]
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}

/** The value below which a ratio of the sorted values lies. **Units** `ratio` in [0, 1]. */
export const percentileOfSorted = (sorted: Float64Array, ratio: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * ratio))] ?? Number.NaN

/** The median of the ratios that were measured in the same rounds, so that a slow round counts for both sides. */
export const medianRatio = (
  values: ReadonlyArray<number | undefined>,
  references: ReadonlyArray<number | undefined>
): number | undefined =>
  median(
    values.flatMap((value, round) => {
      const reference = references[round]
      return value === undefined || reference === undefined || reference === 0 ? [] : [value / reference]
    })
  )
