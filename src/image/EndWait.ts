/**
 * Ends a call that waited for a job, or acted on one, without its picture, and tells that. The requests of the job are told
 * by the call that drives it: here nothing is counted or paid a second time.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ApiError, type CallFailure } from "../../schemas/Failures.ts"
import type { CallId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { emit } from "../telemetry/Emit.ts"
import { jobError, ledgerReason } from "./JobFailure.ts"

/** Fails the call, and tells it; a refusal is told where the call ends. `drivenBy` is the call that drives the job. */
export const endWait = <E extends CallFailure>(
  error: E,
  job: Job,
  { callId, owner }: Call,
  drivenBy: CallId = job.callId
): Effect.Effect<never, E> => {
  if (error._tag === "Rejection") return Effect.fail(error)
  const { outcome, reason } = error
  return Effect.flatMap(Clock.currentTimeMillis, (at) =>
    Effect.andThen(
      emit({ _tag: "WaitEnded", callId, owner, at, jobId: job.id, drivenBy, reason, outcome }),
      Effect.fail(error)
    )
  )
}

/** Fails a call whose job was acted on and can not be read or written now. */
export const failUnread = (
  before: Job,
  problem: { readonly _tag: string },
  call: Call
): Effect.Effect<never, ApiError> => {
  const error = jobError(before, call.callId, ledgerReason(problem))
  return endWait(new ApiError({ ...error, outcome: "Unknown", isRetryable: false }), before, call)
}
