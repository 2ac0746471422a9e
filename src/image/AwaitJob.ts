/**
 * Waits for a job's picture within the caller's deadline. The deadline ends the waiting, not the job.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { ApiError, type CallFailure } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import { live, type Provenance } from "../../schemas/Provenance.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import { AttemptBudget } from "../pipeline/AttemptBudget.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import { monotonicMillis, remaining } from "../policy/deadline/Deadline.ts"
import type { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { Transport } from "../transport/Transport.ts"
import { cancelAtProvider } from "./CancelJob.ts"
import { deviationsOf } from "./Deviations.ts"
import { endWait, failUnread } from "./EndWait.ts"
import { isNotRecorded } from "./FollowJob.ts"
import type { ImageStore } from "./ImageStore.ts"
import type { Drive, JobDriver } from "./JobDriver.ts"
import { failureOfState, jobError, waitedTooLong, withJob } from "./JobFailure.ts"
import { keptImage } from "./KeptImage.ts"
import { getJob, getJobAgain, isOver } from "./LookUpJob.ts"
import { moveJob } from "./MoveJob.ts"

/** Waits for jobs. */
export interface JobWaiting {
  /** `started` is the drive that the call has begun itself, if it has. */
  readonly await: (
    jobId: JobId,
    call: Call,
    started?: Drive
  ) => Effect.Effect<GeneratedImage, CallFailure, Dependencies>
  /** As `await`, after an accepted job whose outcome had become unknown is taken up again. */
  readonly resume: (jobId: JobId, call: Call) => Effect.Effect<GeneratedImage, CallFailure, Dependencies>
}

type Dependencies = Pipeline | NanoBanana | JobLedger | Transport | ImageStore

/** A job made by the second account says so to everybody who asks for its picture, whenever that is. */
const provenanceOf = (job: Job, age: Duration.Duration, isEarlier: boolean): Provenance => {
  if (job.standIn !== undefined) {
    return { _tag: "OtherProvider", provider: job.plan.protocol, reason: job.standIn.reason }
  }
  return isEarlier ? { _tag: "Cached", age } : live
}

/**
 * The picture of a job, or why there is none. Without a drive it was made for an earlier call, and its file may have been
 * removed or edited since.
 */
const imageOf = Effect.fnUntraced(function* (job: Job, call: Call, drive: Drive | undefined) {
  const failure = failureOfState(job, call.callId)
  if (failure !== undefined) return yield* endWait(failure, job, call, drive?.callId)
  if (job.state._tag !== "Stored") return yield* endWait(waitedTooLong(job, call.callId, 0), job, call, drive?.callId)
  if (drive === undefined) {
    yield* Effect.catch(keptImage(job.state.image), (problem) =>
      endWait(new ApiError({ ...jobError(job, call.callId, problem), isRetryable: false }), job, call)
    )
  }
  const age = Duration.millis(Math.max(0, (yield* Clock.currentTimeMillis) - job.updatedAt))
  const image: GeneratedImage = {
    callId: call.callId,
    jobId: job.id,
    providerJobId: job.state.providerJobId,
    protocol: job.plan.protocol,
    model: job.plan.model,
    image: job.state.image,
    deviations: deviationsOf(job.request, job.plan, job.state.image),
    provenance: provenanceOf(job, age, drive === undefined),
    isSimulated: (yield* Transport).isSimulated,
    cost: job.money._tag === "Settled" ? job.money.cost : job.price,
    attempts: drive === undefined ? 0 : drive.attempts()
  }
  return image
})

/** The life of a job that this call takes up is not that of the call: it has its own attempts, and its owner's wishes. */
const callOfJob = (call: Call, { wishes }: Job): Call => ({
  ...call,
  attempts: new AttemptBudget(Number.POSITIVE_INFINITY),
  priority: wishes.priority ?? "normal",
  accept: wishes.accept,
  fallbackOnContentRejected: wishes.fallbackOnContentRejected ?? false
})

/** Makes the waiting over a driver; what it starts by itself ends with the scope. */
export const makeJobWaiting = (driver: JobDriver, scope: Scope.Scope): JobWaiting => {
  const waiters = new Map<JobId, number>()
  const enter = (jobId: JobId) => Effect.sync(() => waiters.set(jobId, (waiters.get(jobId) ?? 0) + 1))
  const leave = (jobId: JobId) =>
    Effect.sync(() => {
      const left = (waiters.get(jobId) ?? 1) - 1
      if (left > 0) waiters.set(jobId, left)
      else waiters.delete(jobId)
    })

  /** A generation that nobody waits for any more is cancelled where that is known to cost nothing. */
  const cancelAbandoned = (job: Job, call: Call) =>
    !call.settings.settings.nanobanana.cancelIsFree || waiters.has(job.id)
      ? Effect.void
      : cancelAtProvider(job, { ...call, deadlineAt: Number.MAX_SAFE_INTEGER }).pipe(
          Effect.ignore({ log: "Warn" }),
          Effect.forkIn(scope),
          Effect.asVoid
        )

  const awaitJob = Effect.fnUntraced(function* (
    jobId: JobId,
    call: Call,
    started?: Drive
  ): Effect.fn.Return<GeneratedImage, CallFailure, Dependencies> {
    const job = yield* getJob(jobId, call)
    if (started === undefined && isOver(job)) return yield* imageOf(job, call, undefined)
    const drive = started ?? (yield* driver.drive(job, callOfJob(call, job), "queued"))
    const begunAt = yield* monotonicMillis
    const left = remaining(call.deadlineAt, begunAt)
    call.summary?.awaits(begunAt)
    const end = yield* Effect.acquireUseRelease(
      enter(jobId),
      () => Effect.timeoutOption(Effect.result(drive.end), left),
      () => leave(jobId)
    )
    call.summary?.awaited(yield* monotonicMillis)
    const now = yield* getJobAgain(job, call)
    if (end._tag === "None" && !isOver(now)) {
      yield* cancelAbandoned(now, call)
      const waitedMillis = (yield* monotonicMillis) - call.startedAt
      return yield* endWait(waitedTooLong(now, call.callId, waitedMillis), now, call, drive.callId)
    }
    if (end._tag === "Some" && Result.isFailure(end.value) && now.state._tag !== "Stored") {
      const failure = withJob(end.value.failure, now, call.callId)
      // The pipeline has told it already of the call that drives the job; that may be this one.
      const isTold = drive.callId === call.callId && !isNotRecorded(end.value.failure)
      return yield* isTold ? Effect.fail(failure) : endWait(failure, now, call, drive.callId)
    }
    return yield* imageOf(now, call, drive)
  })

  return {
    await: awaitJob,
    resume: Effect.fnUntraced(function* (jobId, call) {
      const job = yield* getJob(jobId, call)
      if (job.state._tag === "OutcomeUnknown" && job.state.providerJobId !== undefined) {
        const takeUp = moveJob(job, { _tag: "Accepted", providerJobId: job.state.providerJobId })
        // A refusal means that somebody else has brought it further meanwhile.
        yield* Effect.catch(takeUp, (problem) =>
          problem._tag === "TransitionRefused" ? Effect.void : failUnread(job, problem, call)
        )
      }
      return yield* awaitJob(jobId, call)
    })
  }
}
