/**
 * How long requests took, in a fixed number of buckets: a log-linear histogram, as HdrHistogram's (Gil Tene). Each power of
 * two is cut into 16 equal parts, so that a bucket is never wider than 1/16 of what it holds, from 1 ms to 17 minutes.
 */

const partsOfTwo = 16
const partBits = 4
const largestExponent = 20

/** Buckets of a histogram. */
export const bucketCount = partsOfTwo * (largestExponent - partBits + 1)

const longestMillis = 2 ** largestExponent - 1

/**
 * The bucket of a span, from 0. **Units** milliseconds; what is no whole number is cut, what is longer than 17 minutes (or
 * no number) counts as that, what is negative as 0.
 */
export const bucketOf = (millis: number): number => {
  const whole = millis >= longestMillis || Number.isNaN(millis) ? longestMillis : Math.max(0, Math.floor(millis))
  if (whole < partsOfTwo) return whole
  const shift = 31 - Math.clz32(whole) - partBits
  return shift * partsOfTwo + (whole >> shift)
}

/** The longest span that falls into a bucket. **Units** whole milliseconds. */
export const longestIn = (bucket: number): number => {
  if (bucket < partsOfTwo) return bucket
  const shift = Math.floor(bucket / partsOfTwo) - 1
  return (((bucket % partsOfTwo) + partsOfTwo + 1) << shift) - 1
}

/**
 * The span that a share of all spans does not pass, as the longest of its bucket; `undefined` where nothing was counted.
 * **Units** `share` from 0 to 1; `counts` by bucket, `total` their sum.
 *
 * **Source** the nearest-rank definition: the smallest span with at least `share * total` spans not above it.
 */
export const quantile = (counts: ArrayLike<number>, total: number, share: number): number | undefined => {
  if (total <= 0) return undefined
  let left = Math.max(1, Math.ceil(share * total))
  for (let bucket = 0; bucket < counts.length; bucket++) {
    left -= counts[bucket] ?? 0
    if (left <= 0) return longestIn(bucket)
  }
  return undefined
}
