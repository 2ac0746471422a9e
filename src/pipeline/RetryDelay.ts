/**
 * How long to wait before a failed request is sent again: what the policy's schedule proposes, held against what is left
 * of the call.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { AttemptFailed } from "../../schemas/Failures.ts"
import { decideRetry, type RetryDecision } from "../policy/retry/DecideRetry.ts"
import type { RetryPolicy } from "../policy/retry/RetryPolicy.ts"
import { hintOf, type RetryOptions } from "../policy/retry/RetrySchedule.ts"
import type { Run } from "./Run.ts"

/** The limit of retries, or the budget of attempts, is used up. */
export const attemptsExhausted: RetryDecision = { _tag: "Stop", stoppedBy: "AttemptsExhausted" }

/** The policy's schedule as a function of the last failure; `undefined` when it has ended. */
export type NextDelay = (failure: AttemptFailed) => Effect.Effect<Duration.Duration | undefined>

/** The delays of a call, from its first failure on. */
export const delaysOf = (policy: RetryPolicy["Service"], options: RetryOptions): Effect.Effect<NextDelay> =>
  Effect.map(
    Schedule.toStep(policy.schedule(options)),
    (step): NextDelay =>
      (failure) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => step(now, failure)).pipe(
          Effect.map(([, delay]) => delay),
          Effect.catch(() => Effect.succeed(undefined))
        )
  )

/** Decides after a failure. **Units** `left` is what remains of the call. */
export const decideAfter = (
  nextDelay: NextDelay,
  failure: AttemptFailed,
  left: () => Duration.Duration
): Effect.Effect<RetryDecision> =>
  Effect.map(nextDelay(failure), (delay) =>
    delay === undefined ? attemptsExhausted : decideRetry({ delay, hint: hintOf(failure), remaining: left() })
  )

/**
 * Sleeps before a retry. Another's refusal may have closed the door for longer: then it is the own jitter after it opens,
 * not all at once.
 */
export const sleepBeyondPause = <A>(
  run: Run<A>,
  delay: Duration.Duration,
  jitterMillis: number,
  now: () => number
): Effect.Effect<void> =>
  Effect.flatMap(Effect.sleep(delay), () => {
    const at = now()
    const closedMillis = run.door.lane.pausedUntil - at
    const leftMillis = run.call.deadlineAt - at
    return closedMillis <= 0 || leftMillis <= 0
      ? Effect.void
      : sleepBeyondPause(run, Duration.millis(Math.min(closedMillis + jitterMillis, leftMillis)), jitterMillis, now)
  })
