/**
 * The interpreter of `Pipeline.run`: one loop, in the order that `Pipeline.ts` states. Decisions are asked from pure
 * functions (`recover`, `decideRetry`) and from the retry policy; here they are only carried out.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { ApiError, type AttemptFailed, type CallFailure, type StoppedBy } from "../../schemas/Failures.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { monotonicMillis, remaining } from "../policy/deadline/Deadline.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { decideRetry, type RetryDecision } from "../policy/retry/DecideRetry.ts"
import { RetryPolicy } from "../policy/retry/RetryPolicy.ts"
import { hintOf, type RetryOptions } from "../policy/retry/RetrySchedule.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import type { Attempt } from "./Attempt.ts"
import { attemptOnce } from "./AttemptOnce.ts"
import { makeCallTeller } from "./CallTeller.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import type { CallPlan, CallResult, Pipeline } from "./Pipeline.ts"
import { reject } from "./Reject.ts"
import { withCall } from "./WithCall.ts"

/** Builds the service. */
export const make: Effect.Effect<Pipeline["Service"], never, CostLedger | LiveSettings | RetryPolicy> = Effect.gen(
  function* () {
    const ledger = yield* CostLedger
    const settings = yield* LiveSettings
    const policy = yield* RetryPolicy

    const runInCall = Effect.fnUntraced(function* <A>(
      plan: CallPlan<A>,
      call: Call
    ): Effect.fn.Return<CallResult<A>, CallFailure> {
      const tell = makeCallTeller(plan, call, yield* monotonicMillis)
      let nextDelay: NextDelay | undefined
      let last: AttemptFailed | undefined
      let cost: Cost = noCost
      let wasCorrected = false
      yield* tell.callStarted
      for (let number = 1; ; number++) {
        const begunAt = yield* monotonicMillis
        const left = remaining(call.deadlineAt, begunAt)
        if (Duration.isZero(left)) {
          if (last !== undefined) return yield* failed(last, number - 1, "DeadlineExceeded")
          return yield* reject({ _tag: "DeadlineExceeded" }, call.callId)
        }
        call.attempts.count += 1
        yield* tell.attemptStarted(number)
        const attempted = yield* attemptOnce(plan, attemptOf(plan, number, left, last), call, ledger, tell)
        cost = addCosts(cost, attempted.cost)
        if (Result.isSuccess(attempted.result)) {
          yield* tell.attemptSucceeded(number, begunAt)
          yield* tell.callSucceeded(number, cost)
          return { answer: attempted.result.success, attempts: number, cost }
        }
        const failure = attempted.result.failure
        yield* tell.attemptFailed(number, begunAt, failure)
        const rule = recover(failure.reason, plan.payment, failure.outcome).retry
        if (rule === "never") return yield* failed(failure, number)
        nextDelay ??= yield* delaysOf(policy, plan)
        const decision =
          rule === "onceCorrected" && wasCorrected ? attemptsExhausted : yield* decide(nextDelay, failure, call)
        wasCorrected ||= rule === "onceCorrected"
        if (decision._tag === "Stop") return yield* failed(failure, number, decision.stoppedBy)
        yield* tell.retryScheduled(number, decision.delay)
        yield* Effect.sleep(decision.delay)
        last = failure
      }

      function failed(failure: AttemptFailed, attempts: number, stoppedBy?: StoppedBy) {
        return Effect.andThen(
          tell.callFailed(failure, attempts, stoppedBy),
          Effect.fail(errorOf(plan, call, failure, { attempts, cost, stoppedBy }))
        )
      }
    })

    const runAlone = <A>(plan: CallPlan<A>) =>
      withCall(
        {},
        (it) => it[plan.provider].timeout,
        (call) => runInCall(plan, call)
      ).pipe(Effect.provideService(LiveSettings, settings))

    return {
      run: (plan) =>
        Effect.flatMap(CurrentCall, (call) => (call === undefined ? runAlone(plan) : runInCall(plan, call)))
    }
  }
)

const attemptOf = (
  plan: Pick<CallPlan<unknown>, "payment" | "attemptTimeout" | "key">,
  number: number,
  left: Duration.Duration,
  previous: AttemptFailed | undefined
): Attempt => ({
  number,
  // A paid request is never cut short by a caller's deadline: its answer is what we have paid for.
  timeout: plan.payment === "paidSubmit" ? plan.attemptTimeout : Duration.min(plan.attemptTimeout, left),
  ...(plan.key === undefined ? {} : { key: plan.key }),
  ...(previous === undefined ? {} : { previous })
})

const attemptsExhausted: RetryDecision = { _tag: "Stop", stoppedBy: "AttemptsExhausted" }

/** The policy's schedule as a function of the last failure; `undefined` when it has ended. */
type NextDelay = (failure: AttemptFailed) => Effect.Effect<Duration.Duration | undefined>

const delaysOf = (policy: RetryPolicy["Service"], options: RetryOptions): Effect.Effect<NextDelay> =>
  Effect.map(
    Schedule.toStep(policy.schedule(options)),
    (step): NextDelay =>
      (failure) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => step(now, failure)).pipe(
          Effect.map(([, delay]) => delay),
          Effect.catch(() => Effect.succeed(undefined))
        )
  )

const decide = Effect.fnUntraced(function* (nextDelay: NextDelay, failure: AttemptFailed, call: Call) {
  const delay = yield* nextDelay(failure)
  if (delay === undefined) return attemptsExhausted
  const left = remaining(call.deadlineAt, yield* monotonicMillis)
  return decideRetry({ delay, hint: hintOf(failure), remaining: left })
})

const errorOf = (
  plan: Pick<CallPlan<unknown>, "provider" | "operation" | "payment">,
  call: Call,
  failure: AttemptFailed,
  end: { readonly attempts: number; readonly cost: Cost; readonly stoppedBy: StoppedBy | undefined }
): ApiError => {
  const retryAfter = hintOf(failure)
  return new ApiError({
    provider: plan.provider,
    operation: plan.operation,
    callId: call.callId,
    attempts: end.attempts,
    outcome: failure.outcome,
    reason: failure.reason,
    isRetryable: recover(failure.reason, plan.payment, failure.outcome).isRetryable,
    cost: end.cost,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(end.stoppedBy === undefined ? {} : { stoppedBy: end.stoppedBy }),
    ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
  })
}
