/**
 * The interpreter of `Pipeline.run`: one loop, in the order that `Pipeline.ts` states. Decisions are asked from pure
 * functions (`recover`, `decideRetry`), from the retry policy, and from the door; here they are only carried out.
 *
 * What goes well takes few steps: the door is asked in one, and whatever serves retries is made on the first failure.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ApiError, AttemptFailed, type CallFailure, type StoppedBy } from "../../schemas/Failures.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { millisOf, remaining } from "../policy/deadline/Deadline.ts"
import { Admission } from "../policy/rate-limit/Admission.ts"
import { admit } from "../policy/rate-limit/Admit.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import { rankOf } from "../policy/rate-limit/WaitingQueue.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { decideRetry, type RetryDecision } from "../policy/retry/DecideRetry.ts"
import { RetryPolicy } from "../policy/retry/RetryPolicy.ts"
import { hintOf, type RetryOptions } from "../policy/retry/RetrySchedule.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { CallStatistics } from "../telemetry/CallStatistics.ts"
import { admissionFacts } from "./AdmissionFacts.ts"
import { AdmissionControl, type Door } from "./AdmissionControl.ts"
import type { Attempt } from "./Attempt.ts"
import { AttemptObserver } from "./AttemptObserver.ts"
import { attemptOnce, type Attempted } from "./AttemptOnce.ts"
import { CallTeller } from "./CallTeller.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import type { CallPlan, CallResult, Pipeline } from "./Pipeline.ts"
import { rejectionOf, retryAfterOf, stoppedByOf } from "./Refused.ts"
import { reject } from "./Reject.ts"
import { slowDown } from "./SlowDown.ts"
import { traced } from "./TracedCall.ts"
import { withCall } from "./WithCall.ts"

/** One logical request on its way. */
interface Run<A> {
  readonly plan: CallPlan<A>
  readonly call: Call
  readonly door: Door
  readonly tell: CallTeller
  attempts: number
  cost: Cost
  last: AttemptFailed | undefined
  /** Whoever was sent back by a 429 keeps the place he first came to. */
  enqueuedAt: number | undefined
  nextDelay: NextDelay | undefined
  wasCorrected: boolean
}

type Dependencies = CostLedger | LiveSettings | RetryPolicy | AdmissionControl | CallStatistics

/** How long a permit may be in flight beyond its attempt's own time limit. **Units** milliseconds. */
const leaseMarginMillis = 60_000

/** Builds the service. */
export const make: Effect.Effect<Pipeline["Service"], never, Dependencies> = Effect.gen(function* () {
  const ledger = yield* CostLedger
  const settings = yield* LiveSettings
  const policy = yield* RetryPolicy
  const control = yield* AdmissionControl
  const statistics = yield* CallStatistics
  const clock = yield* Clock.Clock
  const now = () => Math.floor(millisOf(clock))

  const runInCall = <A>(plan: CallPlan<A>, call: Call): Effect.Effect<CallResult<A>, CallFailure> =>
    Effect.withFiber((fiber) => {
      control.follow(call.settings)
      const run: Run<A> = {
        plan,
        call,
        door: control.door(plan.scope ?? plan.provider, plan.operation),
        tell: new CallTeller({ plan, call, begunAt: millisOf(clock), clock, fiber, statistics }),
        attempts: 0,
        cost: noCost,
        last: undefined,
        enqueuedAt: undefined,
        nextDelay: undefined,
        wasCorrected: false
      }
      run.tell.callStarted()
      return traced(fiber, plan, call, attemptUntilDone(run))
    })

  const attemptUntilDone = <A>(run: Run<A>): Effect.Effect<CallResult<A>, CallFailure> =>
    Effect.flatMap(attemptIfAllowed(run), (attempted) => {
      const { cost, result } = attempted
      run.cost = addCosts(run.cost, cost)
      if (result instanceof AttemptFailed) return Effect.andThen(waitForRetry(run, result), attemptUntilDone(run))
      run.tell.callSucceeded(run.attempts, run.cost)
      const done = Effect.succeed({ answer: result.answer, attempts: run.attempts, cost: run.cost })
      return run.tell.hasThrown ? Effect.andThen(Effect.logError("the call observer threw"), done) : done
    })

  const attemptIfAllowed = <A>(run: Run<A>): Effect.Effect<Attempted<A>, CallFailure> =>
    Effect.uninterruptibleMask((restore) => {
      const { call, door, plan } = run
      const at = millisOf(clock)
      if (at >= call.deadlineAt) return stop(run, "DeadlineExceeded")
      if (plan.payment !== "free" && call.attempts.left <= 0) return stop(run, "AttemptsExhausted")
      run.enqueuedAt ??= at
      const wish = {
        rank: rankOf(call.priority),
        enqueuedAt: run.enqueuedAt,
        deadlineAt: call.deadlineAt,
        leaseMillis: Duration.toMillis(plan.attemptTimeout) + leaseMarginMillis
      }
      const onRaised = call.onRaised === undefined ? undefined : { call, listen: call.onRaised }
      return admit(
        { room: door.room, timeouts: control.timeouts, lane: door.lane, wish, onRaised, restore },
        (admitted, waiter): Effect.Effect<Attempted<A>, CallFailure> => {
          if (!(admitted instanceof Admission)) return refused(run, admitted)
          const begunAt = millisOf(clock)
          run.attempts += 1
          call.attempts.begin(plan.payment !== "free")
          if (run.attempts === 1) door.retryBudget.deposit(begunAt)
          run.tell.attemptStarted(
            run.attempts,
            admissionFacts(begunAt - at, door.circuit.state._tag, waiter?.heldBackBy)
          )
          const observer = new AttemptObserver(admitted, (millis) => door.room.pause(door.lane, now() + millis))
          const attempt = attemptOf(run, observer, remaining(call.deadlineAt, begunAt))
          return Effect.flatMap(
            attemptOnce({ plan, call, door, ledger, tell: run.tell, now }, attempt, admitted, restore),
            (attempted) => {
              if (attempted.result instanceof AttemptFailed) {
                return Effect.as(run.tell.attemptFailed(run.attempts, begunAt, attempted.result), attempted)
              }
              run.tell.attemptSucceeded(run.attempts, begunAt)
              return Effect.succeed(attempted)
            }
          )
        }
      )
    })

  /** Waits until the failed request may be sent again, or ends the call. */
  const waitForRetry = Effect.fnUntraced(function* <A>(
    run: Run<A>,
    failure: AttemptFailed
  ): Effect.fn.Return<void, CallFailure> {
    const { call, door, plan } = run
    run.last = failure
    const rule = recover(failure.reason, plan.payment, failure.outcome).retry
    if (rule === "never") {
      slowDown(door, failure, undefined, now())
      return yield* failed(run, failure)
    }
    run.nextDelay ??= yield* delaysOf(policy, plan)
    const decision: RetryDecision =
      (rule === "onceCorrected" && run.wasCorrected) || (plan.payment !== "free" && call.attempts.left <= 0)
        ? attemptsExhausted
        : yield* decide(run.nextDelay, failure, call)
    run.wasCorrected ||= rule === "onceCorrected"
    slowDown(door, failure, decision._tag === "Retry" ? decision.delay : undefined, now())
    if (decision._tag === "Stop") return yield* failed(run, failure, decision.stoppedBy)
    if (!door.retryBudget.withdraw(now())) return yield* failed(run, failure, "RetryBudgetExhausted")
    run.tell.retryScheduled(run.attempts, decision.delay)
    // Whoever lost his place to the provider's quota waits for it at the door, where nobody passes before.
    if (rule === "afterHint") return
    run.enqueuedAt = undefined
    yield* Effect.sleep(decision.delay)
  })

  const decide = Effect.fnUntraced(function* (nextDelay: NextDelay, failure: AttemptFailed, call: Call) {
    const delay = yield* nextDelay(failure)
    if (delay === undefined) return attemptsExhausted
    const left = remaining(call.deadlineAt, millisOf(clock))
    return decideRetry({ delay, hint: hintOf(failure), remaining: left })
  })

  const refused = <A>(run: Run<A>, refusal: Refusal): Effect.Effect<never, CallFailure> =>
    run.last === undefined
      ? Effect.fail(rejectionOf(refusal, run.plan.operation, run.call.callId))
      : failed(run, run.last, stoppedByOf(refusal), retryAfterOf(refusal))

  const stop = <A>(
    run: Run<A>,
    stoppedBy: "DeadlineExceeded" | "AttemptsExhausted"
  ): Effect.Effect<never, CallFailure> =>
    run.last === undefined
      ? Effect.fail(reject({ _tag: stoppedBy }, run.call.callId))
      : failed(run, run.last, stoppedBy)

  const failed = <A>(
    run: Run<A>,
    failure: AttemptFailed,
    stoppedBy?: StoppedBy,
    retryAfter?: Duration.Duration
  ): Effect.Effect<never, CallFailure> =>
    Effect.andThen(
      run.tell.callFailed(failure, run.attempts, stoppedBy),
      Effect.suspend(() => Effect.fail(errorOf(run, failure, stoppedBy, retryAfter)))
    )

  const runAlone = <A>(plan: CallPlan<A>) =>
    withCall(
      {},
      (it) => ({ deadline: it[plan.provider].timeout, attemptLimit: plan.retryLimit + 1 }),
      (call) => runInCall(plan, call)
    ).pipe(Effect.provideService(LiveSettings, settings))

  return {
    run: (plan) =>
      Effect.withFiber((fiber) => {
        const call = fiber.getRef(CurrentCall)
        return call === undefined ? runAlone(plan) : runInCall(plan, call)
      })
  }
})

const attemptOf = (
  {
    last,
    attempts,
    plan
  }: Pick<Run<unknown>, "last" | "attempts"> & {
    readonly plan: Pick<CallPlan<unknown>, "payment" | "attemptTimeout" | "key">
  },
  observer: AttemptObserver,
  left: Duration.Duration
): Attempt => ({
  number: attempts,
  // A paid request is never cut short by a caller's deadline: its answer is what we have paid for.
  timeout: plan.payment === "paidSubmit" ? plan.attemptTimeout : Duration.min(plan.attemptTimeout, left),
  observer,
  ...(plan.key === undefined ? {} : { key: plan.key }),
  ...(last === undefined ? {} : { previous: last })
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

const errorOf = <A>(
  run: Run<A>,
  failure: AttemptFailed,
  stoppedBy: StoppedBy | undefined,
  comeBackAfter: Duration.Duration | undefined
): ApiError => {
  const { call, plan } = run
  const retryAfter = comeBackAfter ?? hintOf(failure)
  return new ApiError({
    provider: plan.provider,
    operation: plan.operation,
    callId: call.callId,
    attempts: run.attempts,
    outcome: failure.outcome,
    reason: failure.reason,
    isRetryable: recover(failure.reason, plan.payment, failure.outcome).isRetryable,
    cost: run.cost,
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
  })
}
