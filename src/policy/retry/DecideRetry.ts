/**
 * Whether a planned retry fits what is left of the call.
 */
import * as Duration from "effect/Duration"
import type { StoppedBy } from "../../../schemas/Failures.ts"

/**
 * The longest hint that is waited for, however far the deadline is. A provider that says "in a day" ends the call now.
 */
export const hintCeiling: Duration.Duration = Duration.hours(1)

/** Wait and try again, or end the call and say why. */
export type RetryDecision =
  | { readonly _tag: "Retry"; readonly delay: Duration.Duration }
  | { readonly _tag: "Stop"; readonly stoppedBy: StoppedBy }

/**
 * Decides on a delay that the schedule proposes. A hint that does not fit ends the call at once: waiting for a deadline
 * that will pass first helps nobody, and coming back earlier than told is what gets accounts banned.
 */
export const decideRetry = (input: {
  readonly delay: Duration.Duration
  readonly hint: Duration.Duration | undefined
  readonly remaining: Duration.Duration
}): RetryDecision => {
  const { delay, hint, remaining } = input
  if (hint !== undefined && (Duration.isGreaterThan(hint, hintCeiling) || !Duration.isLessThan(hint, remaining))) {
    return { _tag: "Stop", stoppedBy: "HintBeyondDeadline" }
  }
  return Duration.isLessThan(delay, remaining)
    ? { _tag: "Retry", delay }
    : { _tag: "Stop", stoppedBy: "DeadlineExceeded" }
}
