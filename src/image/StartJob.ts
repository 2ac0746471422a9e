/**
 * From a planned request to a job on its way: `now` for `generate`, which is refused on entry where it could not be sent
 * in time; `queued` for `submit`, which is entered whatever stands before the door, and says so.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CallFailure, Rejection } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { JobLedger } from "../job/JobLedger.ts"
import type { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { AttemptBudget } from "../pipeline/AttemptBudget.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import type { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import type { KeyVault } from "../vault/KeyVault.ts"
import { chooseRoute } from "./ChooseRoute.ts"
import { enterJob, joinsJob } from "./EnterJob.ts"
import type { Drive, JobDriver } from "./JobDriver.ts"
import type { PlannedRequest } from "./PlanImage.ts"
import { holdBack, queueExpiry } from "./QueueJob.ts"

/** A job, and the drive that was begun or joined, where it is not yet sent. */
export interface StartedJob {
  readonly job: Job
  readonly drive: Drive | undefined
}

type Dependencies = JobLedger | AdmissionControl | DegradedModes | KeyVault

/**
 * Starts a job within the call's deadline. Once its row is written a job is driven: no interruption comes between, and
 * leaves a row that nobody sends.
 *
 * **Errors** `Rejection`: those of `chooseRoute` and `enterJob`; no job was entered.
 */
export const startNow = (
  planned: PlannedRequest,
  key: IdempotencyKey | undefined,
  call: Call,
  driver: JobDriver
): Effect.Effect<StartedJob, CallFailure, Dependencies> =>
  Effect.gen(function* () {
    const joins = yield* joinsJob(key, call)
    const chosen = joins ? { route: planned.first } : yield* chooseRoute(planned, call, call.deadlineAt)
    const { job } = yield* enterJob(planned, chosen, key, call)
    return { job, drive: job.state._tag === "Queued" ? yield* driver.drive(job, call, "now") : undefined }
  }).pipe(Effect.uninterruptible)

/**
 * Starts a job that may wait to be sent for as long as the queue keeps it. `attemptLimit` bounds its paid requests;
 * without one each round of trying is bounded.
 *
 * **Errors** `Rejection`: those of `enterJob`; no job was entered.
 */
export const startQueued = (
  planned: PlannedRequest,
  { attemptLimit, idempotencyKey }: { readonly attemptLimit?: number; readonly idempotencyKey?: IdempotencyKey },
  call: Call,
  driver: JobDriver
): Effect.Effect<Job, CallFailure, Dependencies> =>
  Effect.gen(function* () {
    const latest = (yield* monotonicMillis) + Duration.toMillis(queueExpiry)
    const chosen = yield* Effect.result(chooseRoute(planned, call, latest))
    const route = Result.isSuccess(chosen) ? chosen.success : { route: planned.first }
    const { isNew, job } = yield* enterJob(planned, route, idempotencyKey, call)
    if (job.state._tag !== "Queued") return job
    const told = isNew && Result.isFailure(chosen) ? yield* sayHeldBack(job, chosen.failure) : job
    const attempts = new AttemptBudget(attemptLimit ?? Number.POSITIVE_INFINITY)
    yield* driver.drive(told, { ...call, attempts }, "queued")
    return told
  }).pipe(Effect.uninterruptible)

const sayHeldBack = Effect.fnUntraced(function* (job: Job, { reason, retryAfter }: Rejection) {
  const now = yield* Clock.currentTimeMillis
  return yield* holdBack(job, reason._tag, Math.ceil(now + Duration.toMillis(retryAfter ?? Duration.zero)))
})
