/**
 * What the commands `ludeng jobs …` do. The heavy part, loaded only by them.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { CallId, type JobId, type Owner } from "../../schemas/Identifiers.ts"
import { isTerminal, type Job } from "../../schemas/Job.ts"
import type { Provider } from "../../schemas/Provider.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import * as JobWorker from "../../src/image/JobWorker.ts"
import type { JobResolution } from "../../src/image/ResolveJob.ts"
import { isUnderWay } from "../../src/job/Lease.ts"
import { JobLedger, type JobPage } from "../../src/job/JobLedger.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { runCall, runOver } from "./Call.ts"
import { changeLine, jobJson, jobLines, jobTableLines, wholeJobJson } from "./JobReports.ts"
import { imageResult } from "./Results.ts"
import { Session } from "./Session.ts"
import { spin } from "./Spinner.ts"

const nobody: ReadonlyArray<Provider> = []
const imageProvider: ReadonlyArray<Provider> = ["nanobanana"]

/** Whoever looks after many jobs at once makes no call of his own. */
const noCall = CallId.make("none")

/** Prints the object or the lines. */
const print = Effect.fnUntraced(function* (json: object, lines: ReadonlyArray<string>) {
  const run = yield* Session
  run.screen.result(run.isJson ? JSON.stringify(json) : lines.join("\n"))
})

const printJob = Effect.fnUntraced(function* (job: Job) {
  const now = yield* Clock.currentTimeMillis
  const store = yield* ImageStore
  const { state } = job
  const picture =
    state._tag === "Stored"
      ? yield* Effect.mapError(store.verify(state.image), (reason) => reject(reason, noCall, { jobId: job.id }))
      : undefined
  yield* print(wholeJobJson(job, now, picture), jobLines(job, now, picture))
})

/** `jobs list`. */
export const listJobs = (page: JobPage, options: CallOptions) =>
  runOver(
    { needed: nobody },
    Effect.gen(function* () {
      const jobs = yield* ImageGenerator.use((it) => it.list(page, options))
      const now = yield* Clock.currentTimeMillis
      yield* print({ jobs: jobs.map((job) => jobJson(job, now)) }, jobTableLines(jobs, now))
    })
  )

/** `jobs show ID`. */
export const showJob = (id: JobId, options: CallOptions) =>
  runOver(
    { needed: nobody },
    Effect.flatMap(
      ImageGenerator.use((it) => it.status(id, options)),
      printJob
    )
  )

/** `jobs watch ID`: a line for each change, with `--json` an object for each. */
export const watchJob = (id: JobId, options: CallOptions) =>
  runOver(
    { needed: nobody },
    Effect.gen(function* () {
      const run = yield* Session
      const generator = yield* ImageGenerator
      yield* Stream.runForEach(generator.watch(id, options), (job) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          run.screen.result(run.isJson ? JSON.stringify(jobJson(job, now)) : changeLine(job, now))
        )
      )
    })
  )

/** `jobs resume ID`: its picture, as `generate` gives it. */
export const resumeJob = (id: JobId, options: CallOptions) =>
  runCall({
    needed: imageProvider,
    call: Effect.gen(function* () {
      const generator = yield* ImageGenerator
      const image = yield* generator.resume(id, options)
      const job = yield* generator.status(id, options.owner === undefined ? {} : { owner: options.owner })
      return { image, prompt: job.request.prompt }
    }),
    report: ({ image, prompt }, elapsedMillis) => imageResult(prompt, image, elapsedMillis)
  })

/** `jobs resume --all`: works until there is nothing left to do. */
export const resumeAll = runOver(
  { needed: imageProvider },
  Effect.gen(function* () {
    const run = yield* Session
    const ledger = yield* JobLedger
    const worked = new Map<JobId, Owner>()
    yield* Effect.scoped(
      Effect.gen(function* () {
        const worker = yield* JobWorker.make({ onEnd: ({ id, owner }) => worked.set(id, owner) })
        yield* Effect.raceFirst(worker.whenIdle, spin(run))
      })
    )
    const now = yield* Clock.currentTimeMillis
    const jobs = yield* Effect.mapError(
      Effect.forEach(worked, ([id, owner]) => ledger.get(id, owner)),
      (reason) => reject(reason, noCall)
    )
    const left = yield* ImageGenerator.use((it) => it.list({ limit: 1_000 }))
    const elsewhere = left.filter((job) => isUnderWay(job) && !worked.has(job.id)).length
    yield* print({ jobs: jobs.map((job) => jobJson(job, now)), elsewhere }, workedLines(jobs, elsewhere, now))
    if (jobs.some((job) => !isTerminal(job.state) || job.state._tag === "Expired")) run.exitCode = 3
  })
)

const workedLines = (jobs: ReadonlyArray<Job>, elsewhere: number, now: number): ReadonlyArray<string> => [
  ...(jobs.length === 0 ? ["There was nothing to do."] : jobTableLines(jobs, now)),
  ...(elsewhere === 0 ? [] : [`${elsewhere} more: held by another program, or waiting for their time.`])
]

/** `jobs cancel ID`. */
export const cancelJob = (id: JobId, options: CallOptions) =>
  runOver(
    { needed: imageProvider },
    Effect.flatMap(
      ImageGenerator.use((it) => it.cancel(id, options)),
      printJob
    )
  )

/** `jobs resolve ID`. */
export const resolveJob = (id: JobId, resolution: JobResolution, options: CallOptions) =>
  runOver(
    { needed: nobody },
    Effect.flatMap(
      ImageGenerator.use((it) => it.resolve(id, resolution, options)),
      printJob
    )
  )
