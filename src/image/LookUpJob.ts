/**
 * Looks a job up for a call.
 *
 * Before anything was sent a ledger that can not be read refuses the call (`Rejection`); afterwards the same is an
 * `ApiError` with the job's names: "nothing was sent" would invite to pay twice.
 */
import * as Effect from "effect/Effect"
import type { ApiError, Rejection } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job } from "../../schemas/Job.ts"
import { JobLedger, type JobPage } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { failUnread } from "./EndWait.ts"

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

/** Nothing more comes of the job by itself: it has ended, or is held. */
export const isOver = (job: Job): boolean => isTerminal(job.state) || job.state._tag === "OutcomeUnknown"
