/**
 * Streams a job's states to somebody who looks on. Looking on drives nothing: a job that nobody follows any more stays
 * as it is until it is resumed, and the stream ends by the call's deadline.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { monotonicMillis, remaining } from "../policy/deadline/Deadline.ts"
import { endWait } from "./EndWait.ts"
import { waitedTooLong } from "./JobFailure.ts"
import { getJob, isOver } from "./LookUpJob.ts"

/** The job now and at each change, until it is final or held. **Errors** as those of waiting for it. */
export const watchJob = (jobId: JobId, call: Call): Stream.Stream<Job, CallFailure, JobLedger> =>
  Stream.unwrap(JobLedger.use((ledger) => Effect.succeed(ledger.changes(jobId, call.owner)))).pipe(
    Stream.mapError((reason) => reject(reason, call.callId)),
    Stream.takeUntil(isOver),
    Stream.interruptWhen(deadlinePassed(jobId, call))
  )

const deadlinePassed = Effect.fnUntraced(function* (
  jobId: JobId,
  call: Call
): Effect.fn.Return<never, CallFailure, JobLedger> {
  yield* Effect.sleep(remaining(call.deadlineAt, yield* monotonicMillis))
  const job = yield* getJob(jobId, call)
  return yield* endWait(waitedTooLong(job, call.callId, (yield* monotonicMillis) - call.startedAt), job, call)
})
