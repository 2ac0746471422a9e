/**
 * What a provider's "too many" does to the door: nobody is let in before the hint has passed, or before the one who was
 * told so may come back. Where the text names a limit of requests at once, the slots shrink below it; where a request is
 * refused again after the pause, and no hint says for how long, they shrink to half, again and again. That lasts until
 * a window has passed without another. Nothing of it ever makes us faster than the settings allow.
 */
import * as Duration from "effect/Duration"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import type { Door } from "./AdmissionControl.ts"

/** How long fewer requests at once are believed in, where no window is shorter. **Units** milliseconds. */
const loweredForMillis = 60_000

const longestPause = Duration.days(1)

/** How many requests at once are to be made from here on, if fewer than before. */
const slotsAfter = (
  { refusals, room }: Door,
  failure: AttemptFailed,
  begunAt: number,
  now: number,
  windowMillis: number
): number | undefined => {
  if (failure.reason._tag !== "RateLimited") return undefined
  const inARow = refusals.refused(begunAt, now, windowMillis)
  if (failure.reason.concurrencyLimit !== undefined) return failure.reason.concurrencyLimit - 1
  if (hintOf(failure) !== undefined || inARow === undefined || inARow < 2) return undefined
  return Math.floor(Math.min(room.bulkhead.concurrencyAt(now), room.bulkhead.inUse + 1) / 2)
}

/**
 * Slows the door down after a failed attempt, if it was refused for its pace. Gives the pause, if the door is closed for
 * longer than it was. **Units** `begunAt` of the attempt and `now` in milliseconds of the monotonic clock.
 */
export const slowDown = (
  door: Door,
  failure: AttemptFailed,
  delay: Duration.Duration | undefined,
  begunAt: number,
  now: number
): Duration.Duration | undefined => {
  const { reason } = failure
  if (reason._tag !== "RateLimited" && reason._tag !== "QuotaExhausted") return undefined
  const wish = hintOf(failure) ?? delay
  const windowMillis = Math.min(loweredForMillis, ...door.lane.options.tiers.map((it) => it.windowMillis))
  const slots = slotsAfter(door, failure, begunAt, now, windowMillis)
  if (slots !== undefined) door.room.lowerConcurrency(slots, now + windowMillis)
  if (wish === undefined || Duration.isZero(wish)) return undefined
  const pause = Duration.min(longestPause, wish)
  return door.room.pause(door.lane, now + Duration.toMillis(pause)) ? pause : undefined
}
