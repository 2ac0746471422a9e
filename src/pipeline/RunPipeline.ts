/**
 * The interpreter of `Pipeline.run`: one loop, in the order that `Pipeline.ts` states. Decisions are asked from pure
 * functions (`recover`, `decideRetry`), from the retry policy, and from the door; here they are only carried out.
 *
 * What goes well takes few steps: the door is asked in one, and whatever serves retries is made on the first failure.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { AdmissionFacts } from "../../schemas/CallEvent.ts"
import type { AttemptFailed, CallFailure } from "../../schemas/Failures.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import { CostLedger, type Reservation } from "../money/CostLedger.ts"
import { millisOf, remaining } from "../policy/deadline/Deadline.ts"
import { Admission } from "../policy/rate-limit/Admission.ts"
import { admit } from "../policy/rate-limit/Admit.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import type { RetryDecision } from "../policy/retry/DecideRetry.ts"
import { RetryPolicy } from "../policy/retry/RetryPolicy.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { CallRecorder } from "../telemetry/CallRecorder.ts"
import { CallStatistics } from "../telemetry/CallStatistics.ts"
import { KeyCheck } from "../vault/KeyCheck.ts"
import { KeyVault, type LentKey } from "../vault/KeyVault.ts"
import { AdmissionControl } from "./AdmissionControl.ts"
import { admissionFacts } from "./AdmissionFacts.ts"
import { goOnWithNextKey, keyQuestion } from "./AfterRefusedKey.ts"
import { costAfterCut, costAfterFailure, endAfterFailure, secretsOf, withoutEchoes } from "./AttemptEnd.ts"
import { keyOf } from "./AttemptKey.ts"
import { requestAlone } from "./CallDescription.ts"
import { CallTeller } from "./CallTeller.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import { afterThrow, endWith, failed, leave, refused, stop, unpaid } from "./EndCall.ts"
import { endWithCall, mayGrow } from "./GrowingDeadline.ts"
import type { CallPlan, CallResult, Pipeline } from "./Pipeline.ts"
import { refusalBeyond } from "./Refused.ts"
import { reserveAttempt } from "./ReserveAttempt.ts"
import { attemptsExhausted, decideAfter, delaysOf, sleepBeyondPause } from "./RetryDelay.ts"
import { attemptOf, isUsedUp, type Run } from "./Run.ts"
import { slowDown } from "./SlowDown.ts"
import { traced } from "./TracedCall.ts"
import { giveBackKey, hasKey, isKeyRefused, lendKey, withoutKey } from "./UseKey.ts"
import { visitOf } from "./VisitOf.ts"
import { withCallUnder } from "./WithCall.ts"

type Dependencies = CostLedger | LiveSettings | RetryPolicy | AdmissionControl | CallStatistics | KeyVault | KeyCheck

/** Builds the service. */
export const make: Effect.Effect<Pipeline["Service"], never, Dependencies> = Effect.gen(function* () {
  const ledger = yield* CostLedger
  const settings = yield* LiveSettings
  const policy = yield* RetryPolicy
  const control = yield* AdmissionControl
  const statistics = yield* CallStatistics
  const vault = yield* KeyVault
  const check = yield* KeyCheck
  const clock = yield* Clock.Clock
  const recorder = yield* CallRecorder
  const now = () => millisOf(clock)

  /** Only the waiting, the exchange and the pauses can be interrupted: between them nothing is left half done. */
  const runInCall = <A>(
    plan: CallPlan<A>,
    call: Call,
    fiber: Pick<Fiber.Fiber<unknown, unknown>, "getRef">
  ): Effect.Effect<CallResult<A>, CallFailure> =>
    traced(
      fiber,
      plan,
      call,
      Effect.uninterruptibleMask((restore) => {
        control.follow(call.settings)
        vault.follow(call.settings)
        const begunAt = now()
        const counters = statistics.counters(plan.provider, plan.operation)
        const run: Run<A> = {
          plan,
          call,
          door: control.door(plan.scope ?? plan.provider, plan.operation),
          tell: new CallTeller({ plan, call, begunAt, clock, fiber, counters, recorder }),
          restore,
          attempts: 0,
          cost: noCost,
          last: undefined,
          enqueuedAt: call.enqueuedAt,
          nextDelay: undefined,
          wasCorrected: false,
          keyWish: plan.key?._tag === "OfAccount" ? plan.key : undefined,
          lent: undefined
        }
        run.tell.callStarted()
        return attempt(run, begunAt)
      })
    )

  const attempt = <A>(run: Run<A>, at: number): Effect.Effect<CallResult<A>, CallFailure> => {
    const { call, door, plan } = run
    if (at >= call.deadlineAt) return stop(run, "DeadlineExceeded")
    if (isUsedUp(run)) return stop(run, "AttemptsExhausted")
    if (!hasKey(vault, run)) return withoutKey(run)
    const visit = visitOf(run, control.timeouts, at)
    const { leaseMillis } = visit.wish
    return admit(visit, (admitted, waiter) => {
      if (!(admitted instanceof Admission)) return refused(run, admitted, now() - at)
      const begunAt = waiter === undefined ? at : now()
      // What runs beside it in the same call may have taken the last attempt while this one waited.
      if (waiter !== undefined && isUsedUp(run)) {
        leave(run, admitted, begunAt)
        return stop(run, "AttemptsExhausted")
      }
      const facts = () => admissionFacts(begunAt - at, door.circuit.state._tag, waiter?.heldBackBy)
      return plan.payment === "metered"
        ? exchangePaid(run, admitted, facts, leaseMillis)
        : begin(run, admitted, facts, begunAt, undefined)
    })
  }

  /**
   * Only metered requests are paid for attempt by attempt; the price of an image is held by its job. Whoever is refused
   * the money leaves the door as if he had never come.
   */
  const exchangePaid = <A>(
    run: Run<A>,
    admission: Admission,
    facts: () => AdmissionFacts,
    leaseMillis: number
  ): Effect.Effect<CallResult<A>, CallFailure> =>
    Effect.matchCauseEffect(reserveAttempt(ledger, run, leaseMillis), {
      onFailure: (cause) => {
        leave(run, admission, now())
        const found = Cause.findErrorOption(cause)
        return found._tag === "None" ? endWith(run, cause, undefined) : unpaid(run, found.value)
      },
      onSuccess: (reservation) => {
        const begunAt = now()
        // A ledger on disk may have been waited for.
        const stoppedBy = isUsedUp(run)
          ? "AttemptsExhausted"
          : begunAt >= run.call.deadlineAt
            ? "DeadlineExceeded"
            : undefined
        if (stoppedBy === undefined) return begin(run, admission, facts, begunAt, reservation)
        leave(run, admission, begunAt)
        return Effect.andThen(reservation.release, stop(run, stoppedBy))
      }
    })

  const begin = <A>(
    run: Run<A>,
    admission: Admission,
    facts: () => AdmissionFacts,
    begunAt: number,
    reservation: Reservation | undefined
  ): Effect.Effect<CallResult<A>, CallFailure> => {
    if (!lendKey(vault, run)) {
      leave(run, admission, begunAt)
      return reservation === undefined ? withoutKey(run) : Effect.andThen(reservation.release, withoutKey(run))
    }
    run.attempts += 1
    run.call.attempts.begin(run.plan.payment !== "free")
    if (run.attempts === 1) run.door.retryBudget.deposit(begunAt)
    run.tell.attemptStarted(run.attempts, facts, run)
    return exchange(run, admission, begunAt, reservation)
  }

  const exchange = <A>(
    run: Run<A>,
    admission: Admission,
    begunAt: number,
    reservation: Reservation | undefined
  ): Effect.Effect<CallResult<A>, CallFailure> => {
    const { call, door, plan } = run
    const pay = <B, E>(cost: Cost | undefined, then: Effect.Effect<B, E>): Effect.Effect<B, E> =>
      reservation === undefined
        ? then
        : Effect.andThen(cost === undefined ? reservation.release : reservation.settle(cost), then)
    const alone = plan.attempt(attemptOf(run, admission, begunAt))
    const asked = mayGrow(run, begunAt) ? endWithCall(run, alone, admission, control.timeouts, now) : alone
    return Effect.matchCauseEffect(run.restore(asked), {
      onSuccess: (answer) => {
        const endedAt = now()
        door.circuit.end(admission.ticket, "success", undefined, Math.floor(endedAt))
        admission.end()
        door.refusals.answered()
        giveBackKey(vault, run, true)
        const cost = plan.cost(answer)
        run.cost = run.cost === noCost ? cost : addCosts(run.cost, cost)
        const line = run.tell.succeeded(run.attempts, begunAt, endedAt, run.cost, () => plan.use?.(answer))
        const result = Effect.succeed({ answer, attempts: run.attempts, cost: run.cost })
        const done = line === undefined ? result : Effect.andThen(line, result)
        return pay(cost, run.tell.hasThrown ? afterThrow(done, call.callId) : done)
      },
      onFailure: (cause) => {
        const found = Cause.findErrorOption(cause)
        if (found._tag === "None") {
          const key = keyOf(run)
          leave(run, admission, now())
          giveBackKey(vault, run, false)
          run.tell.interrupted(run.attempts, begunAt, admission.isSent)
          const cost = costAfterCut(admission.isSent, plan.bound)
          if (cost !== undefined) run.cost = addCosts(run.cost, cost)
          return pay(cost, endWith(run, cause, key))
        }
        endAfterFailure(door, admission, found.value, plan.payment, Math.floor(now()))
        const { lent } = run
        const failure = withoutEchoes(found.value, secretsOf(plan, keyOf(run)))
        giveBackKey(vault, run, false)
        const cost = costAfterFailure(found.value, plan)
        if (cost !== undefined) run.cost = addCosts(run.cost, cost)
        return pay(cost, afterFailure(run, begunAt, failure, lent))
      }
    })
  }

  const afterFailure = <A>(
    run: Run<A>,
    begunAt: number,
    failure: AttemptFailed,
    lent: LentKey | undefined
  ): Effect.Effect<CallResult<A>, CallFailure> =>
    Effect.andThen(
      run.tell.attemptFailed(run.attempts, begunAt, failure),
      Effect.flatMap(waitForRetry(run, begunAt, failure, lent), () => attempt(run, now()))
    )

  /** Waits until the failed request may be sent again, or ends the call. */
  const waitForRetry = Effect.fnUntraced(function* <A>(
    run: Run<A>,
    begunAt: number,
    failure: AttemptFailed,
    lent: LentKey | undefined
  ): Effect.fn.Return<void, CallFailure> {
    const { call, door, plan } = run
    run.last = failure
    const isPassedOn = plan.isPassedOn?.() === true
    const rule = isPassedOn ? "never" : recover(failure.reason, plan.payment, failure.outcome).retry
    if (!isPassedOn && lent !== undefined && isKeyRefused(run, failure)) {
      const ask = keyQuestion(run, lent, call.settings.settings, check, runAlone)
      return yield* goOnWithNextKey(vault, run, lent, failure, ask, remaining(call.deadlineAt, now()))
    }
    if (rule === "never") {
      pauseDoor(run, begunAt, failure, undefined, lent)
      return yield* failed(run, failure)
    }
    run.nextDelay ??= yield* delaysOf(policy, plan)
    const decision: RetryDecision =
      (rule === "onceCorrected" && run.wasCorrected) || isUsedUp(run)
        ? attemptsExhausted
        : yield* decideAfter(run.nextDelay, failure, () => remaining(call.deadlineAt, now()))
    run.wasCorrected ||= rule === "onceCorrected"
    pauseDoor(run, begunAt, failure, decision._tag === "Retry" ? decision.delay : undefined, lent)
    if (decision._tag === "Stop") return yield* failed(run, failure, decision.stoppedBy)
    // Nobody waits for a time that is over before the circuit lets anybody in.
    const refusal = refusalBeyond(door, decision.delay, Math.floor(now()))
    if (refusal !== undefined) return yield* refused(run, refusal)
    if (!door.retryBudget.withdraw(now())) return yield* failed(run, failure, "RetryBudgetExhausted")
    run.tell.retryScheduled(run.attempts, decision.delay)
    // Whoever lost his turn to the provider's quota keeps his place in the queue. The door is closed to all until the
    // hint has passed; his own jitter comes after it, so that those who got the same hint do not come back together.
    if (rule !== "afterHint") run.enqueuedAt = undefined
    const jitterMillis = Duration.toMillis(decision.delay) - Duration.toMillis(hintOf(failure) ?? Duration.zero)
    yield* Effect.onInterrupt(run.restore(sleepBeyondPause(run, decision.delay, jitterMillis, now)), () =>
      Effect.sync(() => run.tell.callInterrupted(run.attempts, run.cost, "pausing"))
    )
  })

  const pauseDoor = <A>(
    { door, tell }: Run<A>,
    begunAt: number,
    failure: AttemptFailed,
    delay: Duration.Duration | undefined,
    lent: LentKey | undefined
  ): void => {
    const pause = slowDown(door, failure, delay, Math.floor(begunAt), Math.floor(now()))
    if (pause === undefined) return
    tell.roomPaused(door, pause)
    if (lent !== undefined) vault.cooled(lent, pause)
  }

  const runAlone = <A>(plan: CallPlan<A>) =>
    withCallUnder(
      settings,
      {},
      (it) => ({ deadline: it[plan.provider].timeout, attemptLimit: plan.retryLimit + 1 }),
      (call) => Effect.withFiber((fiber) => runInCall(plan, call, fiber)),
      requestAlone
    )

  return {
    run: (plan) =>
      Effect.withFiber((fiber) => {
        const call = fiber.getRef(CurrentCall)
        return call === undefined ? runAlone(plan) : runInCall(plan, call, fiber)
      })
  }
})
