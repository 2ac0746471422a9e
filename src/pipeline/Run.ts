/**
 * One logical request on its way through the pipeline: what does not change, and what has become of it so far.
 */
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import { ApiError, type AttemptFailed, type StoppedBy } from "../../schemas/Failures.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { Admission } from "../policy/rate-limit/Admission.ts"
import { recover } from "../policy/recovery/Recovery.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import type { KeyWish } from "../vault/ChooseKey.ts"
import type { LentKey } from "../vault/KeyVault.ts"
import type { Door } from "./AdmissionControl.ts"
import type { Attempt } from "./Attempt.ts"
import { keyOf } from "./AttemptKey.ts"
import { AttemptObserver } from "./AttemptObserver.ts"
import type { CallTeller } from "./CallTeller.ts"
import type { Call } from "./CurrentCall.ts"
import type { CallPlan } from "./Pipeline.ts"
import type { NextDelay } from "./RetryDelay.ts"

/** Makes what is inside interruptible again. */
export type Restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/** One logical request on its way. */
export interface Run<A> {
  readonly plan: CallPlan<A>
  readonly call: Call
  readonly door: Door
  readonly tell: CallTeller
  readonly restore: Restore
  /** What key the next attempt needs; `undefined` where it needs none, or was given one. */
  keyWish: KeyWish | undefined
  /** The key of the attempt that is running. */
  lent: LentKey | undefined
  attempts: number
  cost: Cost
  last: AttemptFailed | undefined
  /** Whoever was sent back by a 429 keeps the place he first came to. */
  enqueuedAt: number | undefined
  nextDelay: NextDelay | undefined
  wasCorrected: boolean
}

/** Whether the call has begun all the requests of this kind that it may. */
export const isUsedUp = <A>({ call, plan }: Run<A>): boolean => plan.payment !== "free" && call.attempts.left <= 0

/** What the next attempt is given. **Units** `begunAt` in milliseconds of the monotonic clock. */
export const attemptOf = <A>(run: Run<A>, admission: Admission, begunAt: number): Attempt => {
  const { attempts, call, door, last, plan, tell } = run
  const leftMillis = call.deadlineAt - begunAt
  const key = keyOf(run)
  // A paid request is never cut short by a caller's deadline: its answer is what we have paid for. Of a call that may
  // grow the deadline is watched while the attempt runs.
  const isWhole =
    plan.payment === "paidSubmit" || call.onRaised !== undefined || Duration.toMillis(plan.attemptTimeout) <= leftMillis
  return {
    number: attempts,
    timeout: isWhole ? plan.attemptTimeout : Duration.millis(leftMillis),
    observer: new AttemptObserver(admission, door, tell, attempts, call.settings.settings.audit),
    ...(key === undefined ? {} : { key }),
    ...(last === undefined ? {} : { previous: last })
  }
}

/** The failure of the call, whose last attempt failed so. `comeBackAfter` goes before the provider's own hint. */
export const errorOf = <A>(
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
