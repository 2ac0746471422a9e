/**
 * Tells what happens in one call, as events. It fills in what all events of the call share, and reads the clocks.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { AttemptFailed, StoppedBy } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import { emit } from "../telemetry/Emit.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"

const since = (begunAt: number): Effect.Effect<Duration.Duration> =>
  Effect.map(monotonicMillis, (now) => Duration.millis(now - begunAt))

/** The teller of a call. **Units** `begunAt` in milliseconds of the monotonic clock, `attempt` counted from 1. */
export const makeCallTeller = (
  plan: Pick<CallPlan<unknown>, "provider" | "operation" | "request">,
  call: Call,
  callBegunAt: number
) => {
  const { operation, provider, request } = plan
  const common = Effect.map(Clock.currentTimeMillis, (at) => ({
    callId: call.callId,
    owner: call.owner,
    provider,
    operation,
    at
  }))
  return {
    callStarted: Effect.gen(function* () {
      yield* emit({ _tag: "CallStarted", ...(yield* common), request })
    }),
    attemptStarted: Effect.fnUntraced(function* (attempt: number) {
      yield* emit({ _tag: "AttemptStarted", ...(yield* common), attempt })
    }),
    attemptSucceeded: Effect.fnUntraced(function* (attempt: number, begunAt: number) {
      yield* emit({ _tag: "AttemptSucceeded", ...(yield* common), attempt, elapsed: yield* since(begunAt) })
    }),
    attemptFailed: Effect.fnUntraced(function* (attempt: number, begunAt: number, failure: AttemptFailed) {
      yield* emit({
        _tag: "AttemptFailed",
        ...(yield* common),
        attempt,
        elapsed: yield* since(begunAt),
        failure,
        request
      })
    }),
    retryScheduled: Effect.fnUntraced(function* (attempt: number, delay: Duration.Duration) {
      yield* emit({ _tag: "RetryScheduled", ...(yield* common), attempt, delay })
    }),
    callSucceeded: Effect.fnUntraced(function* (attempts: number, cost: Cost) {
      yield* emit({ _tag: "CallSucceeded", ...(yield* common), attempts, elapsed: yield* since(callBegunAt), cost })
    }),
    callFailed: Effect.fnUntraced(function* (
      failure: Pick<AttemptFailed, "reason" | "outcome" | "status" | "providerRequestId">,
      attempts: number,
      stoppedBy: StoppedBy | undefined
    ) {
      yield* emit({
        _tag: "CallFailed",
        ...(yield* common),
        attempts,
        elapsed: yield* since(callBegunAt),
        reason: failure.reason,
        outcome: failure.outcome,
        request,
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
        ...(failure.status === undefined ? {} : { status: failure.status }),
        ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
      })
    }),
    defectCaught: Effect.fnUntraced(function* (defect: Error) {
      yield* emit({ _tag: "DefectCaught", ...(yield* common), stack: defect.stack ?? defect.message })
    })
  }
}

/** Tells the events of one call. */
export type CallTeller = ReturnType<typeof makeCallTeller>
