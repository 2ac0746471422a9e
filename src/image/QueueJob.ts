/**
 * Keeps a job of `submit` in the queue until a provider takes it: for a day at most, whatever its caller's deadline. While
 * a circuit is open, while a provider says "too many", and while pictures are put off, it stays `Queued`, and is tried
 * again when somebody may be let in.
 *
 * ```text
 * wait = hint of the provider, or of the door up to 15 min, else min(15 min, 30 s * 2^(round - 1));  + U(0, backoffCap)
 * ```
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { CallFailure, StoppedBy } from "../../schemas/Failures.ts"
import type { Job } from "../../schemas/Job.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { AttemptBudget } from "../pipeline/AttemptBudget.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { monotonicMillis, remaining } from "../policy/deadline/Deadline.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { rankOf } from "../policy/rate-limit/WaitingQueue.ts"
import { accountOf } from "./ImageAccount.ts"
import { deferralRetryAfter, isPutOff } from "./ImageDeferral.ts"
import { moveJob } from "./MoveJob.ts"
import type { PaidExchanges } from "./PaidExchanges.ts"
import type { SharedWait, SharedWaits } from "./SharedWaits.ts"
import { isProvenUnprocessed, isRefusedAtDoor } from "./StandInRule.ts"
import {
  backToFirstAccount,
  failureOf,
  type NotSubmitted,
  submitByRoute,
  type SubmitDependencies,
  type Submitted
} from "./SubmitByRoute.ts"
import { failUnprocessed } from "./SubmitJob.ts"

/** The longest time a job waits to be sent. */
export const queueExpiry: Duration.Duration = Duration.hours(24)

/** How a door that gives no hint is come back to: the first wait, which doubles, and the longest. */
const firstLook = Duration.seconds(30)
const longestLook = Duration.minutes(15)

/** Where paid requests run, what is waited for, and how many paid requests one round of trying may begin. */
export interface QueueTools {
  readonly exchanges: PaidExchanges
  readonly waits: SharedWaits
  readonly attemptsPerRound: number
}

const passing: ReadonlyArray<StoppedBy | undefined> = [
  "CircuitOpen",
  "RateLimitExceeded",
  "RetryBudgetExhausted",
  "HintBeyondDeadline",
  "DeadlineExceeded",
  "StorageFailed"
]

/** Whether a failure is over some time, and says nothing against the job. */
const isPassing = (failure: CallFailure): boolean => {
  if (failure._tag === "Rejection") {
    // A place for permits that is full or locked may be mended, and nothing was sent.
    const isPermitMissing = failure.reason._tag === "StorageFailed" && failure.isRetryable
    return isRefusedAtDoor(failure) || failure.reason._tag === "DeadlineExceeded" || isPermitMissing
  }
  const isTooMany = failure.reason._tag === "RateLimited" || failure.reason._tag === "QuotaExhausted"
  return isProvenUnprocessed(failure) && (isTooMany || passing.includes(failure.stoppedBy))
}

/** What keeps a job in the queue: nothing was processed anywhere, and what an account that was asked has said will pass. */
const heldBy = ({ first, other }: NotSubmitted): CallFailure | undefined => {
  if (other?._tag === "ApiError" && !isProvenUnprocessed(other)) return undefined
  const passed = [first, other].filter((it) => it !== undefined).filter(isPassing)
  const isHeld = isPassing(first) || passed.some((it) => it._tag === "ApiError")
  return isHeld ? passed.toSorted((left, right) => hintMillis(left) - hintMillis(right))[0] : undefined
}

const hintMillis = ({ retryAfter }: CallFailure): number =>
  retryAfter === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(retryAfter)

/** Why a job is held back, for how long, and whether all the others at the door wait for the same. */
interface Hold {
  readonly reason: ReasonTag
  readonly wait: Duration.Duration
  readonly isShared: boolean
}

const holdAfter = (failure: CallFailure, round: number): Hold => {
  const look = Duration.min(longestLook, Duration.times(firstLook, 2 ** Math.min(round - 1, 10)))
  const isShared = failure._tag === "Rejection"
  const hint = failure.retryAfter ?? look
  return { reason: failure.reason._tag, wait: isShared ? Duration.min(hint, longestLook) : hint, isShared }
}

/**
 * Brings a queued job to a provider, or to its end.
 *
 * **Units** `call.attempts` bounds the paid requests of all rounds together.
 *
 * **Errors** what no waiting changes (a refused request, an unknown outcome …); the job is then `Failed` and its money
 * free, or held. It succeeds with `undefined` where the time in the queue is over: the job says so.
 */
export const queueJob = Effect.fnUntraced(function* (
  job: Job,
  call: Call,
  { attemptsPerRound, exchanges, waits }: QueueTools
): Effect.fn.Return<Submitted | undefined, CallFailure, SubmitDependencies | DegradedModes> {
  const age = Math.max(0, (yield* Clock.currentTimeMillis) - job.createdAt)
  const enqueuedAt = Math.floor(yield* monotonicMillis)
  const deadlineAt = enqueuedAt + Duration.toMillis(queueExpiry) - age
  const modes = yield* DegradedModes

  const tryOnce = Effect.fnUntraced(function* (round: number) {
    if (isPutOff(modes, call)) return { reason: "LoadShed", wait: deferralRetryAfter, isShared: true } as const
    const now = yield* waitingInLine(yield* backToFirstAccount(yield* asItStands(job), call), call)
    const attempts = new AttemptBudget(attemptsPerRound, call.attempts)
    const result = yield* Effect.result(submitByRoute(now, { ...call, deadlineAt, attempts, enqueuedAt }, exchanges))
    if (Result.isSuccess(result)) return result.success
    const held = heldBy(result.failure)
    if (held !== undefined) return holdAfter(held, round)
    const failure = failureOf(result.failure)
    yield* failUnprocessed(job, failure.reason)
    return yield* Effect.fail(failure)
  })

  const begin = (hold: Hold, jitterMillis: number): Effect.Effect<SharedWait> => {
    const wait = Duration.sum(hold.wait, Duration.millis(jitterMillis))
    return waits.begin(hold.isShared ? hold.reason : job.id, wait)
  }

  // The provider's "not before" is not over because the process that heard it is; our own doors speak for themselves.
  const restMillis = heldByProviderUntil(job) - (yield* Clock.currentTimeMillis)
  if (restMillis > 0)
    yield* Effect.sleep(Duration.min(Duration.millis(restMillis), remaining(deadlineAt, yield* monotonicMillis)))

  for (let round = 1; (yield* monotonicMillis) < deadlineAt; round++) {
    const tried = yield* tryOnce(round)
    if ("answer" in tried) return tried
    if ((yield* monotonicMillis) >= deadlineAt) break
    const backoffCap = Duration.toMillis(call.settings.settings.nanobanana.backoffCap)
    const { end, until } = yield* begin(tried, Math.round((yield* Random.next) * backoffCap))
    yield* holdBack(job, tried.reason, until)
    yield* Effect.timeoutOption(end, remaining(deadlineAt, yield* monotonicMillis))
  }
  yield* Effect.ignore(moveJob(yield* asItStands(job), { _tag: "QueueExpired" }), { log: "Error" })
  return undefined
})

/** **Units** milliseconds since 1970; 0 where the provider has said nothing. */
const heldByProviderUntil = ({ state }: Job): number =>
  state._tag === "Queued" && state.heldBack !== undefined && saysWhen.includes(state.heldBack.reason)
    ? state.heldBack.until
    : 0

/** The reasons with which a provider can say when to come back. */
const saysWhen: ReadonlyArray<ReasonTag> = ["RateLimited", "QuotaExhausted", "ServiceUnavailable"]

/** Says in the job's row why it is not sent, and until when. A job that is no longer queued needs no such word. */
export const holdBack = (job: Job, reason: ReasonTag, until: number): Effect.Effect<Job, never, JobLedger> =>
  Effect.orElseSucceed(moveJob(job, { _tag: "HeldBack", reason, until }), () => job)

/** A job that our own limit will let in later only says so while it waits in line for that. */
const waitingInLine = Effect.fnUntraced(function* (
  job: Job,
  call: Call
): Effect.fn.Return<Job, never, JobLedger | AdmissionControl> {
  const account = accountOf(job, call.settings.settings.nanobanana)
  if (account === undefined) return job
  const { lane, room } = (yield* AdmissionControl).door(account.scope, "submit")
  const waitMillis = Math.ceil(room.predictedWaitMillis(lane, rankOf(call.priority)))
  if (waitMillis <= 0) return job
  return yield* holdBack(job, "RateLimitExceeded", (yield* Clock.currentTimeMillis) + waitMillis)
})

const asItStands = (job: Job): Effect.Effect<Job, never, JobLedger> =>
  Effect.orElseSucceed(
    JobLedger.use((ledger) => ledger.get(job.id, job.owner)),
    () => job
  )
