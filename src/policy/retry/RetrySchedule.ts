/**
 * When the next attempt begins: capped exponential back-off with full jitter, and never before the provider's hint.
 *
 * ```text
 * backoff(n) = min(cap, base * 2^(n-1))
 * delay      = U(0, backoff)             without a hint
 * delay      = hint + U(0, backoff)      with one: those who got the same hint do not come back together
 * ```
 *
 * **Source** "Exponential Backoff And Jitter", Marc Brooker, AWS Architecture Blog, 2015 (full jitter).
 *
 * **Gotchas** Chance comes from Effect's `Random`, so a seed replays the delays. Whether the delay still fits the
 * deadline is decided by `decideRetry`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { AttemptFailed } from "../../../schemas/Failures.ts"
import type { Payment } from "../../../schemas/Provider.ts"
import { recover } from "../recovery/Recovery.ts"

/** **Units** `retryLimit` counts retries after the first attempt, from 0. */
export interface RetryOptions {
  readonly payment: Payment
  readonly retryLimit: number
  readonly backoffBase: Duration.Duration
  readonly backoffCap: Duration.Duration
}

/** The provider's hint in a failure, where it gave one. */
export const hintOf = (failure: AttemptFailed): Duration.Duration | undefined =>
  "retryAfter" in failure.reason ? failure.reason.retryAfter : undefined

/**
 * The schedule of a call's retries; it ends when the recovery table or the limit says so.
 *
 * ```ts
 * import * as Duration from "effect/Duration"
 * import * as Effect from "effect/Effect"
 * import * as Schedule from "effect/Schedule"
 * import { AttemptFailed, retrySchedule } from "@ludeng/providers"
 *
 * const unavailable = new AttemptFailed({
 *   provider: "deepseek",
 *   operation: "chat",
 *   reason: { _tag: "ServiceUnavailable", status: 503, retryAfter: Duration.seconds(2) },
 *   outcome: "Refused"
 * })
 * const schedule = retrySchedule({
 *   payment: "metered",
 *   retryLimit: 3,
 *   backoffBase: Duration.millis(500),
 *   backoffCap: Duration.seconds(20)
 * })
 * const first = Effect.flatMap(Schedule.toStep(schedule), (step) => step(0, unavailable))
 * const [, delay] = await Effect.runPromise(first)
 * Duration.between(delay, { minimum: Duration.seconds(2), maximum: Duration.millis(2500) }) // => true
 * ```
 */
export const retrySchedule = (options: RetryOptions): Schedule.Schedule<unknown, AttemptFailed> =>
  Schedule.min([Schedule.exponential(options.backoffBase), Schedule.spaced(options.backoffCap)]).pipe(
    Schedule.setInputType<AttemptFailed>(),
    Schedule.modifyDelay(({ duration, input }) =>
      Effect.map(Random.next, (ratio) =>
        Duration.sum(hintOf(input) ?? Duration.zero, Duration.millis(Math.floor(Duration.toMillis(duration) * ratio)))
      )
    ),
    Schedule.while(({ attempt, input }) => {
      const rule = recover(input.reason, options.payment, input.outcome).retry
      return attempt <= options.retryLimit && rule !== "never"
    })
  )
