/**
 * Looks through all pictures: those that jobs have stored, against what was stored; then the other files of the image
 * directory, whether they are what their names say. It changes nothing.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { defaultOwner, type JobId, type Owner } from "../../schemas/Identifiers.ts"
import type { StoredImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { ImageStore } from "./ImageStore.ts"
import { ownNameOfPath } from "./PictureName.ts"

/**
 * What is wrong with a file. `Missing`: a job has stored it, and it was removed since. `Changed`: it holds other bytes than
 * were stored. `NoPicture`: it has only the name of one. `Unreadable`: nobody can tell, `detail` says why.
 */
export interface ImageProblem {
  readonly path: string
  readonly problem: "Missing" | "Changed" | "NoPicture" | "Unreadable"
  readonly jobId?: JobId
  readonly detail?: string
}

/** What was found: how many pictures are as they were stored, how many others are pictures, and what is wrong. */
export interface VerifyReport {
  readonly intact: number
  readonly others: number
  readonly problems: ReadonlyArray<ImageProblem>
}

/** How many jobs are asked for at once. */
const jobsAtOnce = 1_000

/**
 * Verifies the pictures of an owner's jobs (default the owner of calls that name none) and of the image directory.
 *
 * **Errors** `StorageFailed` where the ledger or the directory can not be read.
 */
export const verifyImages = Effect.fnUntraced(function* (
  owner: Owner = defaultOwner
): Effect.fn.Return<VerifyReport, typeof StorageFailed.Type, ImageStore | JobLedger | LiveSettings> {
  const store = yield* ImageStore
  const { settings } = yield* (yield* LiveSettings).current
  const problems: Array<ImageProblem> = []
  const ofJobs = new Set<string>()
  let intact = 0
  let others = 0

  yield* Stream.runForEach(
    storedImages(owner),
    Effect.fnUntraced(function* ({ image, jobId }) {
      ofJobs.add(image.path)
      const found = yield* Effect.result(store.verify(image))
      const named = { path: image.path, jobId }
      if (Result.isFailure(found)) problems.push({ ...named, problem: "Unreadable", detail: found.failure.detail })
      else if (found.success !== "Intact") problems.push({ ...named, problem: found.success })
      else intact += 1
    })
  )
  yield* Stream.runForEach(
    Stream.filter(store.list(settings.imageDirectory), ({ path }) => !ofJobs.has(path)),
    Effect.fnUntraced(function* ({ path }) {
      const inspected = yield* Effect.result(store.inspect(path))
      if (Result.isFailure(inspected)) {
        problems.push({ path, problem: "Unreadable", detail: inspected.failure.detail })
        return
      }
      const found = inspected.success
      if (found._tag === "NoPicture") problems.push({ path, problem: "NoPicture", detail: found.reason.detail })
      if (found._tag !== "Picture") return
      const name = ownNameOfPath(path)
      if (name === undefined) others += 1
      else if (found.image.sha256.startsWith(name.sha256Start)) intact += 1
      else problems.push({ path, problem: "Changed" })
    })
  )
  return { intact, others, problems }
})

/** The pictures that an owner's jobs have stored, page by page. */
const storedImages = (
  owner: Owner
): Stream.Stream<{ readonly jobId: JobId; readonly image: StoredImage }, typeof StorageFailed.Type, JobLedger> =>
  Stream.paginate<JobId | undefined, Job, typeof StorageFailed.Type, JobLedger>(undefined, (before) =>
    Effect.map(
      JobLedger.use((it) => it.list(owner, { limit: jobsAtOnce, ...(before === undefined ? {} : { before }) })),
      (jobs) => [jobs, jobs.length < jobsAtOnce ? Option.none() : Option.fromUndefinedOr(jobs.at(-1)?.id)] as const
    )
  ).pipe(
    Stream.flatMap(({ id, state }) =>
      state._tag === "Stored" ? Stream.succeed({ jobId: id, image: state.image }) : Stream.empty
    )
  )
