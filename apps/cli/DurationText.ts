/**
 * A time as a person types it.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { longestDeadline } from "../../schemas/Settings.ts"

const unitMillis: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/**
 * Reads `30000` (milliseconds), `30s`, `1.5 m`, `500ms`, `2h`; nothing where it is not a time from 1 ms to 24 h.
 */
export const durationOf = (text: string): Option.Option<Duration.Duration> => {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|min|h)?$/.exec(text.trim())
  const millis = match === null ? 0 : Math.round(Number(match[1]) * (unitMillis[match[2] ?? "ms"] ?? 0))
  return millis >= 1 && millis <= Duration.toMillis(longestDeadline)
    ? Option.some(Duration.millis(millis))
    : Option.none()
}
