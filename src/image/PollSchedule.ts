/**
 * When a running job is asked about: soon at first, then less and less often, never all jobs at once.
 *
 * ```text
 * delay(n) = min(pollCap, pollFirst * 1.5^(n-1)) * U(0.8, 1.2), in whole milliseconds
 * ```
 *
 * **Source** The providers advise to start at 2 to 3 seconds and to grow (docs.kie.ai), or to ask every 30 seconds
 * (docs.nanobananaapi.ai), read 2026-11-23.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** The growth from one poll to the next. */
export const pollGrowth = 1.5

/** The schedule of polls; it never ends by itself. **Units** see `NanoBananaSettings.pollFirst` and `pollCap`. */
export const pollSchedule = (options: {
  readonly pollFirst: Duration.Duration
  readonly pollCap: Duration.Duration
}): Schedule.Schedule<unknown> =>
  Schedule.min([Schedule.exponential(options.pollFirst, pollGrowth), Schedule.spaced(options.pollCap)]).pipe(
    Schedule.jittered,
    Schedule.modifyDelay(({ duration }) => Effect.succeed(Duration.millis(Math.round(Duration.toMillis(duration)))))
  )
