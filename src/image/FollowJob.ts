/**
 * Follows an accepted job to its picture: polls, downloads, verifies, stores.
 *
 * A failed poll is not a failed job; an unknown status and a "not found" are pending, until the job expires, and so is
 * a poll or a download that our own door refuses for now. A result URL that has expired is asked for again once.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { ApiError, type CallFailure } from "../../schemas/Failures.ts"
import type { ProviderJobId } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job, type JobEvent, type JobState } from "../../schemas/Job.ts"
import { isLoopbackHost } from "../../schemas/Settings.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { type ImageResult, NanoBanana, type ProviderJobStatus } from "../provider/nanobanana/NanoBanana.ts"
import { accountOfJob } from "./AccountOfJob.ts"
import { askStatus } from "./AskStatus.ts"
import { imageCallPlan, requestFactsOf } from "./ImageCallPlan.ts"
import type { ImageDownload } from "./ImageDownload.ts"
import { ledgerReason } from "./JobFailure.ts"
import { moveJob } from "./MoveJob.ts"
import { pollSchedule } from "./PollSchedule.ts"
import { isRefusedAtDoor } from "./StandInRule.ts"

type Dependencies = Pipeline | NanoBanana | JobLedger

/** Moves the job as it now stands; a refusal means that somebody else brought it further, which is as good. */
const move = Effect.fnUntraced(function* (job: Job, event: JobEvent): Effect.fn.Return<Job, CallFailure, Dependencies> {
  const ledger = yield* JobLedger
  const now = yield* Effect.mapError(ledger.get(job.id, job.owner), (problem) => notRecorded(job, problem))
  return yield* Effect.catch(moveJob(now, event), (problem) =>
    problem._tag === "TransitionRefused" ? Effect.succeed(now) : Effect.fail(notRecorded(job, problem))
  )
})

const notRecorded = (job: Job, problem: { readonly _tag: string }): ApiError =>
  new ApiError({
    provider: "nanobanana",
    operation: "status",
    callId: job.callId,
    attempts: Math.max(1, job.attempts),
    outcome: "Accepted",
    reason: ledgerReason(problem),
    isRetryable: false,
    jobId: job.id
  })

/** The ledger, and no request, has failed: no call tells it. */
export const isNotRecorded = (failure: CallFailure): boolean =>
  failure._tag === "ApiError" && failure.operation === "status" && failure.reason._tag === "StorageFailed"

type FinalStatus = Exclude<ProviderJobStatus, { readonly _tag: "Pending" }>

const completed = (results: ReadonlyArray<ImageResult>): FinalStatus => ({ _tag: "Completed", results })

const isStillPossible = (failure: CallFailure): boolean =>
  isRefusedAtDoor(failure) ||
  (failure._tag === "ApiError" && (failure.isRetryable || failure.reason._tag === "NotFound"))

/** A look that failed leaves the job pending; where the provider said when to come back, nobody comes before. */
const pendingAfter = (
  failure: CallFailure,
  jobExpiry: Duration.Duration,
  otherwise: Duration.Duration = Duration.zero
): Effect.Effect<ProviderJobStatus> =>
  Effect.as(Effect.sleep(Duration.min(failure.retryAfter ?? otherwise, jobExpiry)), {
    _tag: "Pending",
    isRunning: false
  })

/** Polls until the provider says something final. */
const pollUntilFinal = Effect.fnUntraced(function* (job: Job, providerJobId: ProviderJobId, call: Call) {
  const settings = call.settings.settings.nanobanana
  const poll = askStatus(job, providerJobId, call).pipe(
    Effect.catch((failure) =>
      isStillPossible(failure) ? pendingAfter(failure, settings.jobExpiry) : Effect.fail(failure)
    ),
    Effect.tap((status) =>
      status._tag === "Pending" && status.isRunning ? move(job, { _tag: "Progressed" }) : Effect.void
    )
  )
  yield* Effect.sleep(settings.pollFirst)
  return yield* Effect.repeat(poll, {
    schedule: pollSchedule(settings),
    until: (status): status is FinalStatus => status._tag !== "Pending"
  })
})

const isResultGone = (failure: CallFailure): boolean =>
  failure._tag === "ApiError" && failure.reason._tag === "ResultExpired"

/** Our own door holds the download back: the picture is paid for, and is fetched when the door opens. */
const isHeldBack = (failure: CallFailure): boolean =>
  isRefusedAtDoor(failure) || (failure._tag === "ApiError" && failure.stoppedBy === "CircuitOpen")

const storeResult = Effect.fnUntraced(function* (
  job: Job,
  results: ReadonlyArray<ImageResult>,
  call: Call,
  download: ImageDownload
) {
  const account = yield* accountOfJob(job, call)
  const facts = (yield* NanoBanana).protocol(job.plan.protocol).facts
  const result = results[0]
  if (result === undefined) return yield* Effect.die(new Error("a completed job came without results"))
  const { answer } = yield* (yield* Pipeline).run({
    ...imageCallPlan(job.plan, requestFactsOf(job.plan), account, "download"),
    subject: { jobId: job.id },
    attempt: (attempt) =>
      download.fetch({
        url: result.url,
        allowLoopback: isLoopbackHost(new URL(account.settings.baseURL).hostname),
        resultHosts: facts.resultHosts,
        target: { root: call.settings.settings.imageDirectory, label: job.id },
        attempt
      })
  })
  yield* move(job, { _tag: "ImageStored", image: answer })
})

/**
 * Brings a `Submitted` or `Running` job to an end, as far as the provider lets it.
 *
 * **Errors** those of the pipeline, when the job can not be followed further now; it stays as it is and can be resumed.
 * The provider's own final word (failed, cancelled, gone, expired) is no error here: it is the job's state.
 */
export const followJob = Effect.fnUntraced(function* (
  job: Job,
  providerJobId: ProviderJobId,
  results: ReadonlyArray<ImageResult> | undefined,
  call: Call,
  download: ImageDownload
): Effect.fn.Return<void, CallFailure, Dependencies> {
  const settings = call.settings.settings.nanobanana
  const follow = Effect.gen(function* () {
    let final = results === undefined ? yield* pollUntilFinal(job, providerJobId, call) : completed(results)
    for (let isLastFetch = false; ;) {
      switch (final._tag) {
        case "Completed": {
          const stored = yield* Effect.result(storeResult(job, final.results, call, download))
          if (Result.isSuccess(stored)) return
          const { failure } = stored
          if (isHeldBack(failure)) yield* pendingAfter(failure, settings.jobExpiry, settings.pollCap)
          else if (!isResultGone(failure)) return yield* Effect.fail(failure)
          else if (isLastFetch) return yield* move(job, { _tag: "ResultGone" })
          else isLastFetch = true
          final = yield* pollUntilFinal(job, providerJobId, call)
          continue
        }
        case "Failed":
          // No provider documents that a job that failed after it was accepted is free.
          return yield* move(job, { _tag: "ProviderFailed", reason: final.reason, isCharged: true })
        case "Cancelled":
          return yield* move(job, { _tag: "ProviderCancelled", isCharged: !settings.cancelIsFree })
      }
    }
  })
  yield* Effect.raceFirst(Effect.asVoid(follow), untilState(job, isTerminal)).pipe(
    Effect.timeoutOrElse({
      duration: settings.jobExpiry,
      orElse: () => Effect.asVoid(move(job, { _tag: "JobExpired" }))
    })
  )
})

/** Ends when somebody else (a cancel, another worker) has brought the job to such a state. */
export const untilState = Effect.fnUntraced(function* (
  job: Job,
  isIt: (state: JobState) => boolean
): Effect.fn.Return<void, never, JobLedger> {
  const ledger = yield* JobLedger
  yield* ledger.changes(job.id, job.owner).pipe(
    Stream.filter((now) => isIt(now.state)),
    Stream.take(1),
    Stream.runDrain,
    Effect.catch(() => Effect.never)
  )
})
