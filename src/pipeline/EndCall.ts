/**
 * The ways in which a call ends that does not succeed.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { AttemptFailed, CallFailure, StoppedBy } from "../../schemas/Failures.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import type { MoneyRefused } from "../money/CostLedger.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import { redactDefect } from "../telemetry/Redaction.ts"
import { secretsOf } from "./AttemptEnd.ts"
import { rejectionOf, retryAfterOf, stoppedByOf } from "./Refused.ts"
import { reject } from "./Reject.ts"
import { stoppedByMoney } from "./ReserveAttempt.ts"
import { errorOf, type Run } from "./Run.ts"

/** Goes out of the door as if he had never come: permit, slot and the leave of the circuit are the next one's. */
export const leave = <A>({ door }: Run<A>, admission: Admission, at: number): void => {
  door.circuit.end(admission.ticket, "ignored", undefined, Math.floor(at))
  admission.end()
}

/**
 * Refused at the door: a rejection where nothing was sent yet, else the last failure and what ended the retrying.
 * **Units** `waited` there, in milliseconds.
 */
export const refused = <A>(run: Run<A>, refusal: Refusal, waited = 0): Effect.Effect<never, CallFailure> => {
  run.tell.waited(waited)
  if (run.last !== undefined) return failed(run, run.last, stoppedByOf(refusal), retryAfterOf(refusal))
  run.tell.turnedAway()
  return Effect.fail(rejectionOf(refusal, run.plan.operation, run.call.callId))
}

/** Refused the money for the next attempt. */
export const unpaid = <A>(run: Run<A>, refusal: MoneyRefused): Effect.Effect<never, CallFailure> =>
  run.last === undefined
    ? Effect.fail(reject(refusal, run.call.callId))
    : failed(
        run,
        run.last,
        stoppedByMoney(refusal),
        refusal._tag === "BudgetExhausted" ? refusal.retryAfter : undefined
      )

/** No time, or no attempt, is left. */
export const stop = <A>(
  run: Run<A>,
  stoppedBy: "DeadlineExceeded" | "AttemptsExhausted"
): Effect.Effect<never, CallFailure> =>
  run.last === undefined ? Effect.fail(reject({ _tag: stoppedBy }, run.call.callId)) : failed(run, run.last, stoppedBy)

/** The call fails of its last attempt. */
export const failed = <A>(
  run: Run<A>,
  failure: AttemptFailed,
  stoppedBy?: StoppedBy,
  retryAfter?: Duration.Duration
): Effect.Effect<never, CallFailure> =>
  Effect.andThen(
    run.tell.callFailed(failure, run.attempts, run.cost, stoppedBy),
    Effect.suspend(() => Effect.fail(errorOf(run, failure, stoppedBy, retryAfter)))
  )

/** Interruption and defects end the call, the latter without secrets. */
export const endWith = <A>(
  run: Run<A>,
  cause: Cause.Cause<unknown>,
  key: Redacted.Redacted<string> | undefined
): Effect.Effect<never> => {
  if (!Cause.hasDies(cause)) {
    run.tell.callInterrupted(run.attempts, run.cost, "asking")
    return Effect.interrupt
  }
  const defect = redactDefect(Cause.squash(cause), secretsOf(run.plan, key))
  return Effect.andThen(run.tell.defectCaught(defect, run.cost), Effect.die(defect))
}

/** What a call ends with although its observer threw: it goes on without it, and the log says so. */
export const afterThrow = <A>(effect: Effect.Effect<A>, callId: CallId): Effect.Effect<A> =>
  Effect.andThen(Effect.annotateLogs(Effect.logError("the call observer threw"), { callId }), effect)
