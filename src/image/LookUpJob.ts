/**
 * Looks a job up for a call, and fails calls by how their job stands.
 *
 * Before anything was sent a ledger that can not be read refuses the call (`Rejection`); afterwards the same is an
 * `ApiError` with the job's names: "nothing was sent" would invite to pay twice.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ApiError, type CallFailure, type Rejection } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job } from "../../schemas/Job.ts"
import { noCost } from "../../schemas/Money.ts"
import { JobLedger, type JobPage } from "../job/JobLedger.ts"
import { CallTeller } from "../pipeline/CallTeller.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { requestFactsOf } from "./ImageCallPlan.ts"
import { jobError, ledgerReason } from "./JobFailure.ts"

/** The job of the call's owner. **Errors** `Rejection` with `JobNotFound` or `StorageFailed`. */
export const getJob = (jobId: JobId, call: Call): Effect.Effect<Job, Rejection, JobLedger> =>
  Effect.gen(function* () {
    return yield* Effect.mapError((yield* JobLedger).get(jobId, call.owner), (reason) => reject(reason, call.callId))
  })

/** The owner's jobs. **Errors** `Rejection` with `InputRejected` for a page that can not be, or `StorageFailed`. */
export const listJobs = (page: JobPage, call: Call): Effect.Effect<ReadonlyArray<Job>, Rejection, JobLedger> =>
  Effect.gen(function* () {
    const { limit = 100 } = page
    if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
      const expected = "a whole number from 1 to 1000"
      return yield* reject(
        { _tag: "InputRejected", field: "page.limit", problem: `is ${limit}`, expected },
        call.callId
      )
    }
    const list = (yield* JobLedger).list(call.owner, page)
    return yield* Effect.mapError(list, (reason) => reject(reason, call.callId))
  })

/** The job again, after something was done for it. **Errors** `ApiError` by the job as it was last seen. */
export const getJobAgain = (before: Job, call: Call): Effect.Effect<Job, ApiError, JobLedger> =>
  Effect.gen(function* () {
    const ledger = yield* JobLedger
    return yield* Effect.catch(ledger.get(before.id, call.owner), (problem) => failUnread(before, problem, call))
  })

/** Fails a call whose job was acted on and can not be read or written now. */
export const failUnread = (
  before: Job,
  problem: { readonly _tag: string },
  call: Call
): Effect.Effect<never, ApiError> => {
  const error = jobError(before, call.callId, ledgerReason(problem))
  return failTelling(new ApiError({ ...error, outcome: "Unknown", isRetryable: false }), before, call)
}

/** Fails a call by its job's state, and not by an attempt of its own, and tells it; a refusal is told by the call. */
export const failTelling = <E extends CallFailure>(error: E, job: Job, call: Call): Effect.Effect<never, E> =>
  Effect.withFiber((fiber) => {
    if (error._tag === "Rejection") return Effect.fail(error)
    const { operation, provider } = error
    const plan = { provider, operation, request: requestFactsOf(job.plan) }
    const telling = { ...call, summary: undefined }
    const tell = new CallTeller({
      plan,
      call: telling,
      begunAt: call.startedAt,
      clock: fiber.getRef(Clock.Clock),
      fiber
    })
    return Effect.andThen(
      tell.callFailed(error, error.attempts, error.cost ?? noCost, error.stoppedBy),
      Effect.fail(error)
    )
  })

/** Nothing more comes of the job by itself: it has ended, or is held. */
export const isOver = (job: Job): boolean => isTerminal(job.state) || job.state._tag === "OutcomeUnknown"
