/**
 * The header `Prefer: wait=N` (RFC 7240): how long a caller would wait for the picture. Pure.
 */
import * as Duration from "effect/Duration"

/** The longest wait that is granted; a longer one is shortened to it, and `Preference-Applied` says so. */
export const longestWait: Duration.Duration = Duration.minutes(10)

/**
 * The wait that a header asks for, or `undefined` where it asks for none, or for none that can be read: an unknown
 * preference is ignored, as the RFC has it. **Units** whole seconds on the wire.
 */
export const preferredWait = (header: string | undefined): Duration.Duration | undefined => {
  const first = header
    ?.split(",")
    .map((it) => /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(it)?.[1])
    .find((it) => it !== undefined)
  if (first === undefined) return undefined
  return Duration.min(Duration.seconds(Number(first)), longestWait)
}

/** What `Preference-Applied` says of a wait. */
export const appliedPreference = (wait: Duration.Duration): string => `wait=${Duration.toSeconds(wait)}`
