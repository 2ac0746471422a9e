/**
 * A point in time as a person types it: so long ago, or a date.
 */
import * as Option from "effect/Option"

const unitMillis: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** What is read of it, before it is known what time it is. **Units** milliseconds; `at` since 1970. */
export type Since = { readonly _tag: "Ago"; readonly millis: number } | { readonly _tag: "At"; readonly at: number }

/** Reads `30m`, `2h`, `7d`, or an ISO date such as `2026-11-24` or `2026-11-24T10:00:00Z`. */
export const sinceOf = (text: string): Option.Option<Since> => {
  const ago = /^(\d{1,6})\s*(s|m|h|d)$/.exec(text.trim())
  if (ago !== null) return Option.some({ _tag: "Ago", millis: Number(ago[1]) * (unitMillis[ago[2] ?? "s"] ?? 0) })
  if (!/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/.test(text.trim())) return Option.none()
  const at = Date.parse(text.trim())
  return Number.isNaN(at) ? Option.none() : Option.some({ _tag: "At", at })
}

/** The instant. **Units** milliseconds since 1970. */
export const instantOf = (since: Since, now: number): number => (since._tag === "At" ? since.at : now - since.millis)
