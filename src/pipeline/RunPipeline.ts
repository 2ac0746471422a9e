/**
 * The interpreter of `Pipeline.run`: one loop, in the order that `Pipeline.ts` states. Decisions are asked from pure
 * functions (`recover`, `decideRetry`); here they are only carried out.
 *
 * **Gotchas** Money that was reserved is settled, released or held on every way out, interruption and defects included.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { ApiError, type AttemptFailed, type CallFailure, type StoppedBy } from "../../schemas/Failures.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import { CostLedger, type MoneyMove } from "../money/CostLedger.ts"
import { monotonicMillis, remaining } from "../policy/deadline/Deadline.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { decideRetry } from "../policy/retry/DecideRetry.ts"
import { hintOf, type RetryOptions, retrySchedule } from "../policy/retry/RetrySchedule.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { emit } from "../telemetry/Emit.ts"
import { redactDefect } from "../telemetry/Redaction.ts"
import type { Attempt } from "./Attempt.ts"
import { type Call, CurrentCall } from "./CurrentCall.ts"
import type { CallPlan, CallResult, Pipeline } from "./Pipeline.ts"
import { reject } from "./Reject.ts"
import { withCall } from "./WithCall.ts"

/** What an attempt that ended without an answer leaves to be paid. */
const moveAfterFailure = (failure: AttemptFailed, plan: Pick<CallPlan<unknown>, "payment" | "bound">): MoneyMove => {
  switch (recover(failure.reason, plan.payment, failure.outcome).money) {
    case "release":
      return { _tag: "Release" }
    case "settleAtBound":
      return { _tag: "Settle", cost: atBound(plan.bound) }
    case "hold":
      return { _tag: "Keep" }
  }
}

const atBound = (bound: Cost): Cost => (bound.usdMicros === null ? bound : { ...bound, basis: "estimated" })

const costOf = (move: MoneyMove): Cost => (move._tag === "Settle" ? move.cost : noCost)

/** Builds the service's `run`. */
export const make: Effect.Effect<Pipeline["Service"], never, CostLedger | LiveSettings> = Effect.gen(function* () {
  const ledger = yield* CostLedger
  const settings = yield* LiveSettings

  const runInCall = Effect.fnUntraced(function* <A>(
    plan: CallPlan<A>,
    call: Call
  ): Effect.fn.Return<CallResult<A>, CallFailure> {
    const common = { callId: call.callId, owner: call.owner, provider: plan.provider, operation: plan.operation }
    const startedAt = yield* monotonicMillis
    const secrets = plan.key === undefined ? plan.privateTexts : [Redacted.value(plan.key), ...plan.privateTexts]
    let step: Effect.Success<ReturnType<typeof scheduleStep>> | undefined
    let cost: Cost = noCost
    let last: AttemptFailed | undefined

    const fail = Effect.fnUntraced(function* (failure: AttemptFailed, attempts: number, stoppedBy?: StoppedBy) {
      const recovery = recover(failure.reason, plan.payment, failure.outcome)
      const hint = hintOf(failure)
      yield* emit({
        ...common,
        _tag: "CallFailed",
        at: yield* Clock.currentTimeMillis,
        attempts,
        elapsed: Duration.millis((yield* monotonicMillis) - startedAt),
        reason: failure.reason,
        outcome: failure.outcome,
        request: plan.request,
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
        ...(failure.status === undefined ? {} : { status: failure.status }),
        ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
      })
      return yield* new ApiError({
        provider: plan.provider,
        operation: plan.operation,
        callId: call.callId,
        attempts,
        outcome: failure.outcome,
        reason: failure.reason,
        isRetryable: recovery.isRetryable,
        cost,
        ...(hint === undefined ? {} : { retryAfter: hint }),
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
        ...(failure.providerRequestId === undefined ? {} : { providerRequestId: failure.providerRequestId })
      })
    })

    yield* emit({ ...common, _tag: "CallStarted", at: yield* Clock.currentTimeMillis, request: plan.request })
    for (let number = 1; ; number++) {
      const begunAt = yield* monotonicMillis
      const left = remaining(call.deadlineAt, begunAt)
      if (Duration.isZero(left)) {
        if (last !== undefined) return yield* fail(last, number - 1, "DeadlineExceeded")
        const reason = { _tag: "DeadlineExceeded" } as const
        yield* emit({ ...common, _tag: "CallRejected", at: yield* Clock.currentTimeMillis, reason })
        return yield* reject(reason, call.callId)
      }
      call.attempts.count += 1
      const attempt: Attempt = {
        number,
        // A paid request is never cut short by a caller's deadline: its answer is what we have paid for.
        timeout: plan.payment === "paidSubmit" ? plan.attemptTimeout : Duration.min(plan.attemptTimeout, left),
        ...(plan.key === undefined ? {} : { key: plan.key }),
        ...(last === undefined ? {} : { previous: last })
      }
      yield* emit({ ...common, _tag: "AttemptStarted", at: yield* Clock.currentTimeMillis, attempt: number })
      const result = yield* attemptOnce(plan, attempt, call, secrets)
      const elapsed = Duration.millis((yield* monotonicMillis) - begunAt)
      const at = yield* Clock.currentTimeMillis
      cost = addCosts(cost, result.cost)
      if (Result.isSuccess(result.answer)) {
        yield* emit({ ...common, _tag: "AttemptSucceeded", at, attempt: number, elapsed })
        const total = Duration.millis((yield* monotonicMillis) - startedAt)
        yield* emit({ ...common, _tag: "CallSucceeded", at, attempts: number, elapsed: total, cost })
        return { answer: result.answer.success, attempts: number, cost }
      }
      const failure = result.answer.failure
      yield* emit({ ...common, _tag: "AttemptFailed", at, attempt: number, elapsed, failure, request: plan.request })
      const rule = recover(failure.reason, plan.payment, failure.outcome).retry
      if (rule === "never") return yield* fail(failure, number)
      if (rule === "onceCorrected" && last?.reason._tag === failure.reason._tag) {
        return yield* fail(failure, number, "AttemptsExhausted")
      }
      step ??= yield* scheduleStep(plan)
      const delay = yield* step(at, failure)
      if (delay === undefined) return yield* fail(failure, number, "AttemptsExhausted")
      const decision = decideRetry({
        delay,
        hint: hintOf(failure),
        remaining: remaining(call.deadlineAt, yield* monotonicMillis)
      })
      if (decision._tag === "Stop") return yield* fail(failure, number, decision.stoppedBy)
      yield* emit({ ...common, _tag: "RetryScheduled", at, attempt: number, delay: decision.delay })
      yield* Effect.sleep(decision.delay)
      last = failure
    }
  })

  /** One attempt between the reservation of its money and what became of it. */
  const attemptOnce = <A>(plan: CallPlan<A>, attempt: Attempt, call: Call, secrets: ReadonlyArray<string>) => {
    const reservation = {
      reference: `call:${call.callId}:${call.attempts.count}`,
      callId: call.callId,
      owner: call.owner,
      provider: plan.provider,
      operation: plan.operation
    }
    // Only metered requests are paid for attempt by attempt; the price of an image is held by its job.
    const move = (it: MoneyMove) => (plan.payment === "metered" ? ledger.move(reservation, it) : Effect.void)
    let wasSent = false
    const observed: Attempt = {
      ...attempt,
      observer: {
        onSend: () => {
          wasSent = true
        },
        onFirstByte: () => {}
      }
    }
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        yield* move({ _tag: "Hold", bound: plan.bound })
        const exit = yield* Effect.exit(restore(plan.attempt(observed)))
        if (Exit.isSuccess(exit)) {
          const cost = plan.cost(exit.value)
          yield* move({ _tag: "Settle", cost })
          return { answer: Result.succeed(exit.value), cost }
        }
        const failure = Cause.findErrorOption(exit.cause)
        if (failure._tag === "Some") {
          const it = moveAfterFailure(failure.value, plan)
          yield* move(it)
          return { answer: Result.fail(failure.value), cost: costOf(it) }
        }
        yield* move(wasSent ? { _tag: "Settle", cost: atBound(plan.bound) } : { _tag: "Release" })
        if (!Cause.hasDies(exit.cause)) return yield* Effect.failCause(exit.cause as Cause.Cause<never>)
        const defect = redactDefect(Cause.squash(exit.cause), secrets)
        yield* emit({
          _tag: "DefectCaught",
          callId: call.callId,
          owner: call.owner,
          provider: plan.provider,
          operation: plan.operation,
          at: yield* Clock.currentTimeMillis,
          stack: defect.stack ?? defect.message
        })
        return yield* Effect.die(defect)
      })
    )
  }

  return {
    run: (plan) =>
      Effect.flatMap(CurrentCall, (call) =>
        call === undefined
          ? Effect.provideService(
              withCall({}, (it) => it[plan.provider].timeout, (own) => runInCall(plan, own)),
              LiveSettings,
              settings
            )
          : runInCall(plan, call))
  }
})

/** The schedule as a function of the last failure; `undefined` when it ends. */
const scheduleStep = (options: RetryOptions) =>
  Effect.map(
    Schedule.toStep(retrySchedule(options)),
    (step) => (now: number, failure: AttemptFailed): Effect.Effect<Duration.Duration | undefined> =>
      step(now, failure).pipe(
        Effect.map(([, delay]) => delay),
        Effect.catch(() => Effect.succeed(undefined))
      )
  )
