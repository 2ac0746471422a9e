/**
 * What the simulated DeepSeek charges for a completion. It keeps its own list, apart from the library's price table, so
 * that a mistake in one of the two shows.
 *
 * **Source** api-docs.deepseek.com/quick_start/pricing, read 2026-11-23: dollars per million tokens, which are
 * micro-dollars per token; twice that from Monday to Friday, 01:00 to 04:00 and 06:00 to 10:00 UTC.
 */

interface Rates {
  readonly hit: number
  readonly miss: number
  readonly output: number
}

const flash: Rates = { hit: 0.003, miss: 0.15, output: 0.6 }
const pro: Rates = { hit: 0.022, miss: 0.66, output: 1.98 }

const peakHours = new Set([1, 2, 3, 6, 7, 8, 9])

/** The tokens of a completion. */
export interface ChargedTokens {
  readonly hits: number
  readonly misses: number
  readonly output: number
}

/** The charge. **Units** `now` in milliseconds since 1970; the result in micro-dollars, rounded up. */
export const chatCharge = (model: string, tokens: ChargedTokens, now: number): number => {
  const rates = model === "deepseek-v4-pro" ? pro : flash
  const usdMicros = tokens.hits * rates.hit + tokens.misses * rates.miss + tokens.output * rates.output
  return Math.ceil(Number((usdMicros * (isPeak(now) ? 2 : 1)).toFixed(6)))
}

const isPeak = (now: number): boolean => {
  const time = new Date(now)
  const weekday = time.getUTCDay()
  return weekday >= 1 && weekday <= 5 && peakHours.has(time.getUTCHours())
}
