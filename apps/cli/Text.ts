/**
 * Numbers and other people's words as they stand on a terminal.
 */
import type { Cost } from "../../schemas/Money.ts"
import { rateLimitsText } from "../../src/settings/SettingReport.ts"

/** A time for people: `0.4 s`, `12.3 s`, `2 min 5 s`. **Units** milliseconds. */
export const secondsText = (millis: number): string => {
  const tenths = Math.round(Math.max(0, millis) / 100)
  if (tenths < 1200) return `${(tenths / 10).toFixed(1)} s`
  const seconds = Math.round(tenths / 10)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A cost for people: `$0.000123`, `at most $0.04`, `cost unknown`. */
export const costText = (cost: Cost): string => {
  if (cost.usdMicros === null) return "cost unknown"
  const dollars = dollarsText(cost.usdMicros)
  return cost.basis === "estimated" ? `at most ${dollars}` : dollars
}

/** An amount for people: `$0.000123`, `$0.04`. **Units** micro-dollars. */
export const dollarsText = (usdMicros: number): string =>
  `$${(usdMicros / 1_000_000).toFixed(6).replace(/0{1,4}$/, "")}`

/** A limit as it is written in the settings: `20/minute`. **Units** `windowMillis` milliseconds. */
export const tierText = ({ limit, windowMillis }: { readonly limit: number; readonly windowMillis: number }): string =>
  rateLimitsText({ requests: limit, window: windowMillis / 1000 })

/** A file's size for people. **Units** bytes. */
export const bytesText = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/**
 * Text of strangers without anything that moves a cursor, colours, or hides: control characters (but line breaks) and
 * bidi overrides are left out.
 */
export const plainText = (text: string): string =>
  text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "")

/** Text cut to the width of a terminal line, so that it does not wrap. **Units** columns. */
export const fitLine = (text: string, columns: number): string => {
  const letters = [...text]
  return letters.length < columns ? text : `${letters.slice(0, Math.max(0, columns - 2)).join("")}…`
}
