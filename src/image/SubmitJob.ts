/**
 * Sends the paid request of a queued job to its account: intent, send, record, in this order, so that a crash at any point leaves a row
 * that says what may have happened.
 *
 * Nothing here sends again by itself: the pipeline does, and only after a refusal that proves non-processing.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { AttemptFailed, type CallFailure } from "../../schemas/Failures.ts"
import type { Job, JobEvent, UnprocessedReason } from "../../schemas/Job.ts"
import type { Outcome } from "../../schemas/Provider.ts"
import type { ApiReason } from "../../schemas/Reason.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Attempt } from "../pipeline/Attempt.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { hintOf } from "../policy/retry/RetrySchedule.ts"
import { NanoBanana, type SubmitAnswer } from "../provider/nanobanana/NanoBanana.ts"
import type { ImageAccount } from "./ImageAccount.ts"
import { imageCallPlan, requestFactsOf } from "./ImageCallPlan.ts"
import { ledgerReason } from "./JobFailure.ts"
import { moveJob } from "./MoveJob.ts"
import type { PaidExchanges } from "./PaidExchanges.ts"

const submitFailed = (reason: ApiReason, outcome: Outcome): AttemptFailed =>
  new AttemptFailed({ provider: "nanobanana", operation: "submit", reason, outcome })

/** A ledger that can not record, seen from an attempt: before sending it stops us, after sending it is an open question. */
const recordFailed = (outcome: Outcome) => (problem: { readonly _tag: string }) =>
  submitFailed(problem._tag === "TransitionRefused" ? { _tag: "GenerationCancelled" } : ledgerReason(problem), outcome)

/** A provider that says when to come back is not asked before, whatever becomes of this program. */
const eventAfterFailure = (failure: AttemptFailed, now: number): JobEvent => {
  if (failure.outcome !== "NotSent" && failure.outcome !== "Refused") return { _tag: "AnswerLost" }
  const hint = hintOf(failure)
  const until = hint === undefined ? {} : { until: Math.ceil(now + Duration.toMillis(hint)) }
  return { _tag: "ProvenUnprocessed", reason: failure.reason, retry: true, ...until }
}

/** One send: written down before, recorded after, whatever the answer, and also when it is cut off. */
const sendOnce = Effect.fnUntraced(function* (
  job: Job,
  account: ImageAccount,
  attempt: Attempt
): Effect.fn.Return<SubmitAnswer, AttemptFailed, NanoBanana | JobLedger> {
  const protocol = (yield* NanoBanana).protocol(job.plan.protocol)
  const current = yield* Effect.mapError((yield* JobLedger).get(job.id, job.owner), recordFailed("NotSent"))
  const intended = yield* Effect.mapError(
    moveJob(current, { _tag: "SendIntended", attempt: current.attempts + 1 }),
    recordFailed("NotSent")
  )
  const record = (event: JobEvent) => Effect.mapError(moveJob(intended, event), recordFailed("Unknown"))
  return yield* Effect.uninterruptibleMask((restore) =>
    restore(protocol.submit(job.plan, account.settings, attempt)).pipe(
      Effect.onInterrupt(() => Effect.ignore(record({ _tag: "AnswerLost" }))),
      Effect.tapDefect(() => Effect.ignore(record({ _tag: "AnswerLost" }))),
      Effect.tapError((failure) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => record(eventAfterFailure(failure, now)))
      ),
      Effect.tap((answer) =>
        record({ _tag: "Accepted", providerJobId: answer.providerJobId }).pipe(
          // The provider's id is the only handle on a paid picture: if the ledger can not keep it, the log must.
          Effect.tapError(() =>
            Effect.logError("the ledger did not record an accepted job").pipe(
              Effect.annotateLogs({ callId: job.callId, jobId: job.id, providerJobId: answer.providerJobId })
            )
          )
        )
      )
    )
  )
})

/**
 * Brings a `Queued` job to `Submitted` at an account; the job's plan is one of that account.
 *
 * **Errors** those of the pipeline. After them the job stands as `Queued` (nothing was processed) or as `OutcomeUnknown`
 * (held; nothing will be sent again).
 */
export const submitJob = Effect.fnUntraced(function* (
  job: Job,
  account: ImageAccount,
  call: Call,
  exchanges: PaidExchanges
): Effect.fn.Return<SubmitAnswer, CallFailure, Pipeline | NanoBanana | JobLedger> {
  const context = yield* Effect.context<NanoBanana | JobLedger>()
  const { answer } = yield* (yield* Pipeline)
    .run({
      ...imageCallPlan(job.plan, requestFactsOf(job.plan), account, "submit"),
      subject: { jobId: job.id },
      attempt: (attempt) => exchanges.run(Effect.provideContext(sendOnce(job, account, attempt), context))
    })
    .pipe(Effect.provideService(CurrentCall, call))
  return answer
})

/** Ends a job of which nothing was processed and that is not tried again; its money is free. */
export const failUnprocessed = Effect.fnUntraced(function* (
  job: Job,
  reason: UnprocessedReason
): Effect.fn.Return<void, never, JobLedger> {
  const ledger = yield* JobLedger
  yield* ledger.get(job.id, job.owner).pipe(
    Effect.flatMap((now) =>
      now.state._tag === "Queued"
        ? moveJob(now, { _tag: "ProvenUnprocessed", reason, retry: false })
        : Effect.succeed(now)
    ),
    // The call has failed already; a ledger that can not say so keeps the job as it was, which is safe.
    Effect.ignore({ log: "Error" })
  )
})
