/**
 * The end of an attempt whose call may be given more time while it runs: somebody with a later deadline joins it.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { AttemptFailed } from "../../schemas/Failures.ts"
import type { Timeout, TimeoutList } from "../policy/deadline/TimeoutList.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import type { GrowingWish } from "../policy/rate-limit/Admit.ts"
import type { Call } from "./CurrentCall.ts"
import type { Run } from "./Run.ts"

/** Whether a call may be given more time, or more priority, while it runs. */
export const isGrowing = (call: Call): call is Call & GrowingWish => call.onRaised !== undefined

/** Whether the attempt that begins now ends with its call, and the call may grow. **Units** milliseconds. */
export const mayGrow = <A>({ call, plan }: Run<A>, begunAt: number): boolean =>
  isGrowing(call) && plan.payment !== "paidSubmit" && call.deadlineAt - begunAt < Duration.toMillis(plan.attemptTimeout)

/** Fails the attempt as timed out when the deadline that its call has by then is over. */
export const endWithCall = <A, B>(
  { call, plan }: Run<A>,
  attempt: Effect.Effect<B, AttemptFailed>,
  admission: Admission,
  timeouts: TimeoutList,
  now: () => number
): Effect.Effect<B, AttemptFailed> => {
  const { operation, provider } = plan
  const begunAt = now()
  const timedOut = () =>
    new AttemptFailed({
      provider,
      operation,
      reason: {
        _tag: "TimedOut",
        phase: admission.isSent ? "headers" : "connect",
        limit: Duration.millis(Math.round(call.deadlineAt - begunAt))
      },
      outcome: admission.isSent ? "Unknown" : "NotSent"
    })
  const timeIsUp = Effect.callback<never, AttemptFailed>((resume) => {
    let timeout: Timeout
    const look = () => {
      if (now() >= call.deadlineAt) resume(Effect.suspend(() => Effect.fail(timedOut())))
      else timeout = timeouts.schedule(call.deadlineAt, look)
    }
    timeout = timeouts.schedule(call.deadlineAt, look)
    return Effect.sync(() => timeout.cancel())
  })
  return Effect.raceFirst(attempt, timeIsUp)
}
