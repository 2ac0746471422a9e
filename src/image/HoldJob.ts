/**
 * Holds a job before anything is decided about it: at most one holder at a time, in whatever process. Who finds it held
 * elsewhere looks on, and takes it up when its holder lets go or is gone.
 */
import * as Effect from "effect/Effect"
import type { CallFailure } from "../../schemas/Failures.ts"
import { isTerminal, type Job } from "../../schemas/Job.ts"
import type { JobNotFound, StorageFailed } from "../../schemas/Reason.ts"
import { JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { untilState } from "./FollowJob.ts"
import { jobError } from "./JobFailure.ts"
import { isOver } from "./LookUpJob.ts"
import { moveJob } from "./MoveJob.ts"

/** How soon it is seen that a holder is gone. */
const lookEvery = "1 second"

const notHeld = (job: Job, call: Call) => (problem: typeof JobNotFound.Type | typeof StorageFailed.Type) =>
  problem._tag === "JobNotFound" || job.state._tag === "Queued"
    ? reject(problem, call.callId, { jobId: job.id })
    : jobError(job, call.callId, problem)

/**
 * The job, held; `undefined` where it is over.
 *
 * **Details** A job that is found in `Submitting` was being sent by somebody who is gone: nobody knows whether it was
 * accepted, and nothing is sent again.
 *
 * **Errors** `Rejection` or `ApiError` with `StorageFailed`: the ledger can not be written; nothing was done.
 */
export const holdJob = Effect.fnUntraced(function* (
  job: Job,
  call: Call
): Effect.fn.Return<Job | undefined, CallFailure, JobLedger> {
  const ledger = yield* JobLedger
  const claim = Effect.mapError(ledger.claim(job.id), notHeld(job, call))
  for (;;) {
    const { isHeld, job: now } = yield* claim
    if (isOver(now)) return undefined
    if (isHeld && now.state._tag !== "Submitting") return now
    // A refusal means that its sender was not gone after all, and has moved it: the next look tells.
    if (isHeld) yield* Effect.ignore(moveJob(now, { _tag: "AnswerLost" }), { log: "Warn" })
    else yield* Effect.raceFirst(untilState(job, isEnd), Effect.sleep(lookEvery))
  }
})

const isEnd = (state: Job["state"]): boolean => isTerminal(state) || state._tag === "OutcomeUnknown"
