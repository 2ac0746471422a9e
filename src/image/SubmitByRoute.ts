/**
 * Submits a queued job at its account, and where that surely charged nothing, at the second one: once, never back, and
 * out of the same attempt budget.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ApiError, type CallFailure } from "../../schemas/Failures.ts"
import type { Job } from "../../schemas/Job.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { Prices } from "../money/Prices.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import type { NanoBanana, SubmitAnswer } from "../provider/nanobanana/NanoBanana.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { accepts } from "./Acceptance.ts"
import { accountOfJob } from "./AccountOfJob.ts"
import { askDoor } from "./AskDoor.ts"
import { firstAccount, hasKeyOf, secondAccount } from "./ImageAccount.ts"
import { moveJob } from "./MoveJob.ts"
import type { PaidExchanges } from "./PaidExchanges.ts"
import { type ImageRoute, isPayable, routeOver } from "./PlanImage.ts"
import { allowsOtherAccount } from "./StandInRule.ts"
import { submitJob } from "./SubmitJob.ts"
import { tellFellBack } from "./TellFellBack.ts"

/** What submitting needs of the services. */
export type SubmitDependencies = Pipeline | NanoBanana | JobLedger | Prices | AdmissionControl | KeyVault

/** A job that the provider has accepted, as it was sent, and the answer. */
export interface Submitted {
  readonly job: Job
  readonly answer: SubmitAnswer
}

/** Why no account took the job: the failure at the first that was asked, and at the other if it was asked. */
export interface NotSubmitted {
  readonly first: CallFailure
  readonly other?: CallFailure
}

/** Both failures as the one of the call: what a provider said goes before what we refused, the later before the earlier. */
export const failureOf = ({ first, other }: NotSubmitted): CallFailure => {
  if (other === undefined || other._tag === "Rejection") return first
  return first._tag === "Rejection" ? other : new ApiError({ ...other, attempts: first.attempts + other.attempts })
}

/**
 * Submits.
 *
 * **Errors** `NotSubmitted`. The job is then `Queued`, and surely nothing was processed; or the last failure is of unknown
 * outcome, and so is the job.
 */
export const submitByRoute = Effect.fnUntraced(function* (
  job: Job,
  call: Call,
  exchanges: PaidExchanges
): Effect.fn.Return<Submitted, NotSubmitted, SubmitDependencies> {
  const account = yield* Effect.mapError(accountOfJob(job, call), (first): NotSubmitted => ({ first }))
  const attempted = yield* Effect.result(submitJob(job, account, call, exchanges))
  if (Result.isSuccess(attempted)) return { job, answer: attempted.success }
  const first = attempted.failure
  const moved = job.standIn === undefined ? yield* toSecondAccount(job, first, call) : undefined
  if (moved === undefined) return yield* Effect.fail({ first })
  const answer = yield* Effect.mapError(
    submitJob(moved.job, moved.route.account, call, exchanges),
    (other): NotSubmitted => ({ first, other })
  )
  return { job: moved.job, answer }
})

/** Gives a job back to the account that is asked first; as it stands, where that can not make it any more. */
export const backToFirstAccount = Effect.fnUntraced(function* (
  job: Job,
  call: Call
): Effect.fn.Return<Job, never, SubmitDependencies> {
  if (job.standIn === undefined) return job
  const { settings } = call.settings
  return yield* routeOver(firstAccount(settings.nanobanana), job.request, job.plan.fit, settings).pipe(
    Effect.flatMap(({ plan, price }) => moveJob(job, { _tag: "Rerouted", plan, price })),
    Effect.orElseSucceed(() => job)
  )
})

/** The job at the second account, if there is one that may make it, can, and would let it in. */
const toSecondAccount = Effect.fnUntraced(function* (
  job: Job,
  failure: CallFailure,
  call: Call
): Effect.fn.Return<{ readonly job: Job; readonly route: ImageRoute } | undefined, never, SubmitDependencies> {
  const { settings } = call.settings
  const account = secondAccount(settings.nanobanana)
  if (account === undefined || !accepts(call, "OtherProvider") || !allowsOtherAccount(failure, call)) return undefined
  if (call.attempts.left <= 0 || !hasKeyOf(yield* KeyVault, account)) return undefined
  if ((yield* askDoor(yield* AdmissionControl, account, call, call.deadlineAt)) !== undefined) return undefined
  const reason = failure.reason._tag
  return yield* Effect.gen(function* () {
    const route = yield* routeOver(account, job.request, job.plan.fit, settings)
    if (!isPayable(route, settings)) return undefined
    const { plan, price } = route
    const standIn = { scope: "nanobanana-fallback", reason } as const
    const moved = yield* moveJob(job, { _tag: "Rerouted", plan, price, standIn })
    yield* tellFellBack(call, "OtherProtocol", reason)
    return { job: moved, route }
  }).pipe(Effect.orElseSucceed(() => undefined))
})
