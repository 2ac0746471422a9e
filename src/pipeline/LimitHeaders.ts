/**
 * What an answer's head says of the provider's own limits: when nothing more is allowed before an instant, the door
 * pauses until then. A header only ever makes us slower.
 *
 * **Source** draft-ietf-httpapi-ratelimit-headers (`ratelimit-remaining`, `ratelimit-reset` in seconds) and the forms with
 * the prefix `x-` that are common before it. Neither DeepSeek nor nanobananaapi.ai documents any (read 2026-11-23).
 */

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined

const longestPauseMillis = 24 * 3_600_000

/**
 * How long the provider allows nothing more; `undefined` where it says no such thing.
 *
 * **Units** milliseconds, at most one day; header names in lower case.
 */
export const pauseByHeaders = (headers: Readonly<Record<string, string>>): number | undefined => {
  const remaining = wholeNumber(headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"])
  if (remaining !== 0) return undefined
  const seconds = wholeNumber(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"])
  // Larger numbers are dates (seconds since 1970), which no clock of ours can be held against.
  if (seconds === undefined || seconds === 0 || seconds * 1_000 > longestPauseMillis) return undefined
  return seconds * 1_000
}
