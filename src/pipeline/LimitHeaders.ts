/**
 * What an answer's head says of the provider's own limits: how many more it allows until when. A header only ever makes
 * us slower.
 *
 * **Source** draft-ietf-httpapi-ratelimit-headers (`ratelimit-remaining`, `ratelimit-reset` in seconds) and the forms with
 * the prefix `x-` that are common before it. Neither DeepSeek nor nanobananaapi.ai documents any (read 2026-11-23).
 */

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text.trim()) ? Number(text) : undefined

const longestResetMillis = 24 * 3_600_000

/** What a head allows. **Units** `resetMillis` milliseconds from now, at most one day; `remaining` requests, from 0. */
export interface HeadLimits {
  readonly remaining: number
  readonly resetMillis: number
}

/** What the provider still allows; `undefined` where it says no such thing. **Units** header names in lower case. */
export const limitsOfHead = (headers: Readonly<Record<string, string>>): HeadLimits | undefined => {
  const remaining = wholeNumber(headers["ratelimit-remaining"] ?? headers["x-ratelimit-remaining"])
  if (remaining === undefined) return undefined
  const seconds = wholeNumber(headers["ratelimit-reset"] ?? headers["x-ratelimit-reset"])
  // Larger numbers are dates (seconds since 1970), which no clock of ours can be held against.
  if (seconds === undefined || seconds === 0 || seconds * 1_000 > longestResetMillis) return undefined
  return { remaining, resetMillis: seconds * 1_000 }
}
