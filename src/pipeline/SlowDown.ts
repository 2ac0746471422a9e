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

const longestPauseMillis = Duration.toMillis(Duration.days(1))

/** Slows the door down after a failed attempt, if it was refused for its pace. **Units** `now` in milliseconds. */
export const slowDown = (
  door: Door,
  failure: AttemptFailed,
  delay: Duration.Duration | undefined,
  now: number
): void => {
  const { reason } = failure
  if (reason._tag !== "RateLimited" && reason._tag !== "QuotaExhausted") return
  const pause = delay ?? hintOf(failure)
  if (reason._tag === "RateLimited" && reason.concurrencyLimit !== undefined) {
    const windows = door.lane.options.tiers.map(({ windowMillis }) => windowMillis)
    door.room.bulkhead.lower(reason.concurrencyLimit - 1, now + Math.min(loweredForMillis, ...windows))
  }
  if (pause !== undefined) {
    door.room.pause(door.lane, Math.ceil(now + Math.min(longestPauseMillis, Duration.toMillis(pause))))
  }
}
