/**
 * Drives jobs in the scope of the service: at most one fiber a job, shared by everybody who waits for it. Those who wait
 * may leave; the fiber goes on until the job is final, can not be followed now, or the program ends. A job that could not
 * be followed, and that nobody took up again until its time was over, is held as an unknown outcome.
 *
 * A drive holds its job in the ledger, so that no other process drives it too.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { CallId, JobId, ProviderJobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { Prices } from "../money/Prices.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { type ImageResult, NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { followJob, untilState } from "./FollowJob.ts"
import { generateDefaults } from "./GenerateDefaults.ts"
import { holdJob } from "./HoldJob.ts"
import type { ImageDownload } from "./ImageDownload.ts"
import { moveJob } from "./MoveJob.ts"
import type { PaidExchanges } from "./PaidExchanges.ts"
import { queueJob, type QueueTools } from "./QueueJob.ts"
import { makeSharedWaits, type SharedWaits } from "./SharedWaits.ts"
import { isProvenUnprocessed } from "./StandInRule.ts"
import { failureOf, submitByRoute, type SubmitDependencies, type Submitted } from "./SubmitByRoute.ts"
import { failUnprocessed } from "./SubmitJob.ts"

/** A drive under way: wait for it, or leave it. */
export interface Drive {
  /** Ends when the job is final or held, or fails when it can not be followed now. */
  readonly end: Effect.Effect<void, CallFailure>
  /** The call whose requests these are. */
  readonly callId: CallId
  /** How many requests this drive has begun. */
  readonly attempts: () => number
}

/** Starts drives. */
export interface JobDriver {
  /** The drive of a job that is not final: the one under way, or a new one. */
  readonly drive: (job: Job, call: Call, mode: DriveMode) => Effect.Effect<Drive>
}

/**
 * How a queued job is sent: `now`, at once or not at all (but for a deadline that passes while it waits); or `queued`, whenever a provider takes
 * it, for as long as a job may wait.
 */
export type DriveMode = "now" | "queued"

type Dependencies = SubmitDependencies | DegradedModes

/** How long a job whose drive has failed is left alone. */
const restAfterFailure = Duration.minutes(1)

const isAtProvider = (job: Job): boolean => job.state._tag === "Submitted" || job.state._tag === "Running"

/**
 * Sends a queued job within the call's deadline. What is refused before has failed, and its money is free. The deadline
 * ends only the waiting: a job that is still queued then goes on in the queue.
 */
const submitNow = (
  job: Job,
  call: Call,
  tools: QueueTools
): Effect.Effect<Submitted | undefined, CallFailure, Dependencies> =>
  submitByRoute(job, call, tools.exchanges).pipe(
    Effect.mapError(failureOf),
    Effect.catch((failure) =>
      Effect.flatMap(monotonicMillis, (now) => {
        if (now >= call.deadlineAt && isSurelyUnsent(failure)) {
          return queueJob(job, call, tools)
        }
        return Effect.andThen(failUnprocessed(job, failure.reason), Effect.fail(failure))
      })
    )
  )

const isSurelyUnsent = (failure: CallFailure): boolean => failure._tag === "Rejection" || isProvenUnprocessed(failure)

interface DriveTools {
  readonly exchanges: PaidExchanges
  readonly download: ImageDownload
  readonly waits: SharedWaits
}

const driveOnce = Effect.fnUntraced(function* (
  job: Job,
  call: Call,
  mode: DriveMode,
  { download, exchanges, waits }: DriveTools
): Effect.fn.Return<void, CallFailure, Dependencies> {
  const settings = call.settings.settings
  const follow = Effect.fnUntraced(function* (it: Job, providerJobId: ProviderJobId, results?: ImageResults) {
    const deadlineAt = (yield* monotonicMillis) + 2 * Duration.toMillis(settings.nanobanana.jobExpiry)
    const longLived: Call = { ...call, deadlineAt }
    yield* followJob(it, providerJobId, results, longLived, download).pipe(
      Effect.provideService(CurrentCall, longLived)
    )
  })
  const state = job.state
  switch (state._tag) {
    case "Queued": {
      const attemptsPerRound = generateDefaults(settings).attemptLimit
      const queueTools = { exchanges, waits, attemptsPerRound }
      const submitting = mode === "now" ? submitNow(job, call, queueTools) : queueJob(job, call, queueTools)
      // Who cancels a job between two sends does not have to wait for the next one.
      const sent = yield* Effect.raceFirst(
        submitting,
        untilState(job, (it) => it._tag === "Cancelled")
      )
      if (sent === undefined) return
      const { answer } = sent
      return yield* follow(sent.job, answer.providerJobId, answer._tag === "Completed" ? answer.results : undefined)
    }
    case "Submitted":
    case "Running":
      return yield* follow(job, state.providerJobId)
    case "Submitting":
    case "OutcomeUnknown":
    case "Stored":
    case "Failed":
    case "Cancelled":
    case "Expired":
      return
  }
})

type ImageResults = ReadonlyArray<ImageResult>

/** Makes the driver; its fibers end with the scope it is made in. */
export const makeJobDriver = Effect.fnUntraced(function* (
  exchanges: PaidExchanges,
  download: ImageDownload
): Effect.fn.Return<JobDriver, never, Dependencies | Scope.Scope> {
  const scope = yield* Effect.scope
  const context = yield* Effect.context<Dependencies>()
  const services = Context.pick(
    Pipeline,
    NanoBanana,
    JobLedger,
    Prices,
    AdmissionControl,
    DegradedModes,
    KeyVault
  )(context)
  const tools: DriveTools = { exchanges, download, waits: makeSharedWaits(scope) }
  const drives = new Map<JobId, Drive>()

  const whereItStands = (job: Job) => JobLedger.use((ledger) => ledger.get(job.id, job.owner))

  const driveHeld = (job: Job, call: Call, mode: DriveMode) =>
    Effect.flatMap(holdJob(job, call), (held) =>
      held === undefined ? Effect.void : driveOnce(held, call, mode, tools)
    )

  /** After a drive that failed: whoever looks for work may try, but not at once. */
  const letGo = (job: Job) =>
    Effect.gen(function* () {
      const dueAt = (yield* Clock.currentTimeMillis) + Duration.toMillis(restAfterFailure)
      yield* JobLedger.use((ledger) => ledger.release(job.id, dueAt))
    }).pipe(Effect.ignore({ log: "Warn" }))

  const expireUnlessDriven = (job: Job) =>
    Effect.gen(function* () {
      const now = yield* whereItStands(job)
      if (isAtProvider(now) && !drives.has(job.id)) yield* moveJob(now, { _tag: "JobExpired" })
    })

  /** After a drive that failed; one that was interrupted ends with the program. */
  const expireLater = (job: Job, call: Call) =>
    Effect.gen(function* () {
      if (!isAtProvider(yield* whereItStands(job))) return
      const expiry = Effect.delay(expireUnlessDriven(job), call.settings.settings.nanobanana.jobExpiry)
      yield* Effect.forkIn(Effect.ignore(expiry, { log: "Warn" }), scope)
    }).pipe(Effect.ignore({ log: "Warn" }))

  return {
    drive: (job, call, mode) =>
      Effect.suspend(() => {
        const underWay = drives.get(job.id)
        if (underWay !== undefined) return Effect.succeed(underWay)
        // A call that did something else before (an enhancement) has counted that already.
        const begunBefore = call.attempts.count
        return driveHeld(job, call, mode).pipe(
          Effect.interruptible,
          Effect.tapCause((cause) =>
            Cause.hasInterruptsOnly(cause) ? Effect.void : Effect.andThen(letGo(job), expireLater(job, call))
          ),
          Effect.provideContext(services),
          Effect.ensuring(Effect.sync(() => drives.delete(job.id))),
          Effect.forkIn(scope, { startImmediately: true }),
          Effect.map((fiber): Drive => {
            const attempts = () => call.attempts.count - begunBefore
            const drive = { end: Fiber.join(fiber), callId: call.callId, attempts }
            if (fiber.pollUnsafe() === undefined) drives.set(job.id, drive)
            return drive
          }),
          Effect.uninterruptible
        )
      })
  }
})
