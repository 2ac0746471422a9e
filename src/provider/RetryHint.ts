/**
 * When a provider says that we may come back. It only reads the headers: whether the hint is obeyed, and what is added
 * to it, is decided by `src/policy/retry`.
 *
 * A hint that makes no sense is no hint; it never becomes 0, because that would mean "at once".
 *
 * **Source** RFC 9110 section 10.2.3 (`Retry-After`: seconds or a date) and 5.6.7 (the three date formats);
 * `retry-after-ms` as the OpenAI clients read it, read 2026-11-23.
 */
import * as Duration from "effect/Duration"

/** The longest hint we keep: a year. What is longer is cut to it, and is beyond every deadline anyway. */
const longestHintMillis = 365 * 24 * 60 * 60 * 1000

/**
 * How long the provider asks us to wait.
 *
 * **Details** `retry-after-ms` goes first, then `retry-after` in seconds (fractions allowed) or as an HTTP date. A date
 * is measured from the answer's own `date` where it has one, so that a wrong clock here does not matter. Dates in the
 * past, negative numbers, `NaN` and anything else give `undefined`.
 *
 * **Units** header names in lower case; `nowMillis` in milliseconds since 1970; the hint from 0 to 365 days.
 */
export const retryHint = (
  headers: Readonly<Record<string, string>>,
  nowMillis: number
): Duration.Duration | undefined => {
  const millis = decimal(headers["retry-after-ms"]) ?? retryAfterMillis(headers, nowMillis)
  return millis === undefined ? undefined : Duration.millis(Math.min(Math.ceil(millis), longestHintMillis))
}

const retryAfterMillis = (headers: Readonly<Record<string, string>>, nowMillis: number): number | undefined => {
  const seconds = decimal(headers["retry-after"])
  if (seconds !== undefined) return seconds * 1000
  const date = httpDate(headers["retry-after"])
  if (date === undefined) return undefined
  const wait = date - (httpDate(headers["date"]) ?? nowMillis)
  return wait >= 0 ? wait : undefined
}

const decimal = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined

const fixed = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
const rfc850 = /^[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/
const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/

const httpDate = (text: string | undefined): number | undefined => {
  const date = text?.trim() ?? ""
  if (!fixed.test(date) && !rfc850.test(date) && !asctime.test(date)) return undefined
  // Without a zone the engine would read an asctime date in local time.
  const millis = Date.parse(date.endsWith("GMT") ? date : `${date} GMT`)
  return Number.isNaN(millis) ? undefined : millis
}
