/**
 * What a provider's "too many" does to the door: nobody is let in before the hint has passed, or before the one who was
 * told so may come back; and where the text names a limit of requests at once, the slots shrink below it for a while.
 * Neither ever makes us faster than the settings allow.
 */
import * as Duration from "effect/Duration"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import type { Door } from "./AdmissionControl.ts"

/** How long a limit of requests at once is believed that no window bounds. **Units** milliseconds. */
const loweredForMillis = 60_000

const longestPause = Duration.days(1)

/**
 * Slows the door down after a failed attempt, if it was refused for its pace. Gives the pause, if the door is closed for
 * longer than it was. **Units** `now` in milliseconds.
 */
export const slowDown = (
  door: Door,
  failure: AttemptFailed,
  delay: Duration.Duration | undefined,
  now: number
): Duration.Duration | undefined => {
  const { reason } = failure
  if (reason._tag !== "RateLimited" && reason._tag !== "QuotaExhausted") return undefined
  const wish = hintOf(failure) ?? delay
  if (reason._tag === "RateLimited" && reason.concurrencyLimit !== undefined) {
    const windows = door.lane.options.tiers.map(({ windowMillis }) => windowMillis)
    door.room.lowerConcurrency(reason.concurrencyLimit - 1, now + Math.min(loweredForMillis, ...windows))
  }
  if (wish === undefined || Duration.isZero(wish)) return undefined
  const pause = Duration.min(longestPause, wish)
  return door.room.pause(door.lane, now + Duration.toMillis(pause)) ? pause : undefined
}
