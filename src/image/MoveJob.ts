/**
 * Moves a job in the ledger and tells it: every change of state is an event.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type Job, type JobEvent, providerJobIdOf } from "../../schemas/Job.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { emit } from "../telemetry/Emit.ts"

/** Tells that a job has come from one state to another, and what it has cost; silent where nothing changed. */
export const tellMove = (from: Job["state"]["_tag"] | "None", job: Job): Effect.Effect<void> =>
  from === job.state._tag
    ? Effect.void
    : Effect.gen(function* () {
        const providerJobId = providerJobIdOf(job.state)
        yield* emit({
          _tag: "JobMoved",
          callId: job.callId,
          owner: job.owner,
          at: yield* Clock.currentTimeMillis,
          jobId: job.id,
          from,
          to: job.state._tag,
          ...(providerJobId === undefined ? {} : { providerJobId }),
          ...(job.money._tag === "Settled" ? { cost: job.money.cost } : {})
        })
      })

/** Applies an event to a job. **Errors** those of `JobLedger.apply`. */
export const moveJob = Effect.fnUntraced(function* (before: Job, event: JobEvent) {
  const ledger = yield* JobLedger
  const job = yield* ledger.apply(before.id, event)
  yield* tellMove(before.state._tag, job)
  return job
})
