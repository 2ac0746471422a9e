/**
 * Applies the retention of the settings to the image directory: lists, asks the ledger, decides, looks into what is to go,
 * removes. Half-written pictures of processes that were killed go too, a day later.
 *
 * A dry run is the same run, and leaves out only the removing.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JobId } from "../../schemas/Identifiers.ts"
import { isTerminal, type JobState } from "../../schemas/Job.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import {
  bytesOf,
  decideRetention,
  type KeptPicture,
  type PictureStanding,
  type RetentionLimits
} from "./DecideRetention.ts"
import { ImageStore, type ListedFile, type ListedImage } from "./ImageStore.ts"
import { type OwnName, ownNameOfPath } from "./PictureName.ts"

/** How a sweep is made: `isDryRun` (default false) removes nothing. */
export interface SweepOptions {
  readonly isDryRun?: boolean
}

/** A file that went, or in a dry run would go. */
export interface SweptFile extends ListedFile {
  readonly because: "Age" | "Size" | "HalfWritten"
}

/**
 * What a sweep has done. **Units** bytes.
 *
 * **Details** `changed` are pictures that would have gone, but hold other bytes than their name says: somebody has edited
 * them, and they stay. `failed` could not be looked into or removed, and are tried again by the next sweep. `kept` tells
 * what of our own stays, and how many of it because their job has not ended, or is not known to this ledger; it is absent
 * where no limit is set, for then nobody has looked.
 */
export interface SweepReport {
  readonly isDryRun: boolean
  readonly removed: ReadonlyArray<SweptFile>
  readonly changed: ReadonlyArray<ListedFile>
  readonly failed: ReadonlyArray<{ readonly path: string; readonly problem: typeof StorageFailed.Type }>
  readonly kept?: {
    readonly pictures: number
    readonly bytes: number
    readonly unfinished: number
    readonly unknownJob: number
  }
}

/** How long what is half-written is left alone: no download takes that long. */
const halfWrittenRest = Duration.days(1)

/** How many pictures the ledger is asked about at once. */
const picturesAtOnce = 500

/**
 * Sweeps once.
 *
 * **Errors** `StorageFailed` where the directory can not be listed or the ledger not be read: then nothing was removed.
 */
export const sweepImages = Effect.fnUntraced(function* ({ isDryRun = false }: SweepOptions = {}): Effect.fn.Return<
  SweepReport,
  typeof StorageFailed.Type,
  ImageStore | JobLedger | LiveSettings
> {
  const { settings } = yield* (yield* LiveSettings).current
  const root = settings.imageDirectory
  const store = yield* ImageStore
  const now = yield* Clock.currentTimeMillis
  const limits = limitsOf(settings)
  const isLimited = limits.ageMillis !== undefined || limits.maximumBytes !== undefined
  const pictures = isLimited ? (yield* Stream.runCollect(withStanding(store.list(root)))).flat() : []
  const halfWritten = yield* store.listPartial(root).pipe(
    Stream.filter(({ storedAt }) => now - storedAt >= Duration.toMillis(halfWrittenRest)),
    Stream.runCollect
  )

  const isGone = new Set<string>()
  const removed: Array<SweptFile> = []
  const changed: Array<ListedFile> = []
  const failed: Array<SweepReport["failed"][number]> = []
  const attempt = (file: ListedFile, step: Effect.Effect<void, typeof StorageFailed.Type>): Effect.Effect<void> =>
    Effect.catch(step, (problem) => Effect.sync(() => void failed.push({ path: file.path, problem })))

  for (const { because, picture } of decideRetention(limits, pictures, now)) {
    yield* attempt(
      picture,
      Effect.gen(function* () {
        const found = yield* isOwn(store, picture)
        if (found === "Changed") changed.push(fileOf(picture))
        const removal = found === "Own" && !isDryRun ? yield* store.remove(root, picture.path) : "Removed"
        // What somebody else has removed meanwhile is gone, and not by us.
        if (found === "Own" && removal === "Removed") removed.push({ ...fileOf(picture), because })
        isGone.add(picture.path)
      })
    )
  }
  for (const file of halfWritten) {
    yield* attempt(
      file,
      Effect.gen(function* () {
        if (!isDryRun) yield* store.removePartial(root, file.path)
        removed.push({ ...file, because: "HalfWritten" })
      })
    )
  }
  if (!isLimited) return { isDryRun, removed, changed, failed }
  const stay = pictures.filter(({ path, standing }) => standing !== "Foreign" && !isGone.has(path))
  const countOf = (wanted: PictureStanding): number => stay.filter(({ standing }) => standing === wanted).length
  const kept = {
    pictures: stay.length,
    bytes: bytesOf(stay),
    unfinished: countOf("Unfinished"),
    unknownJob: countOf("UnknownJob")
  }
  return { isDryRun, removed, changed, failed, kept }
})

/**
 * How long a picture stays whose job a ledger in memory does not know: it forgets with its process, and no job takes
 * longer. A ledger on disk forgets nothing: what it does not know is the picture of another home, and not ours to remove.
 */
const forgottenJobRest = Duration.days(1)

const limitsOf = ({ imageMaximumBytes, imageRetention, store }: Settings): RetentionLimits => ({
  ...(store === "memory" ? { unknownJobMillis: Duration.toMillis(forgottenJobRest) } : {}),
  ...(imageRetention === undefined ? {} : { ageMillis: Duration.toMillis(imageRetention) }),
  ...(imageMaximumBytes === undefined ? {} : { maximumBytes: imageMaximumBytes })
})

const fileOf = ({ bytes, path, storedAt }: ListedFile): ListedFile => ({ path, bytes, storedAt })

/** The last look: a picture whose bytes are not those that its name was made of is somebody else's work by now. */
const isOwn = (
  store: ImageStore["Service"],
  { path }: KeptPicture
): Effect.Effect<"Own" | "Changed" | "Gone", typeof StorageFailed.Type> =>
  Effect.map(store.inspect(path), (found) => {
    if (found._tag === "Missing") return "Gone"
    const name = ownNameOfPath(path)
    return found._tag === "Picture" && name !== undefined && found.image.sha256.startsWith(name.sha256Start)
      ? "Own"
      : "Changed"
  })

/**
 * The ledger is asked after a picture was found: what has ended by then stays ended. Each job is asked for by the id in
 * the name, because an unfinished job has recorded no path yet.
 */
const withStanding = <E>(
  pictures: Stream.Stream<ListedImage, E>
): Stream.Stream<ReadonlyArray<KeptPicture>, E | typeof StorageFailed.Type, JobLedger> =>
  pictures.pipe(
    Stream.grouped(picturesAtOnce),
    Stream.mapEffect(
      Effect.fnUntraced(function* (some) {
        const names = some.map(({ path }) => ownNameOfPath(path))
        const states = yield* (yield* JobLedger).statesOf(names.flatMap((name) => name?.jobIds ?? []))
        return some.map((picture, index) => ({ ...fileOf(picture), standing: standingOf(names[index], states) }))
      })
    )
  )

const standingOf = (name: OwnName | undefined, states: ReadonlyMap<JobId, JobState["_tag"]>): PictureStanding => {
  if (name === undefined) return "Foreign"
  if (name.jobIds.length === 0) return "Ended"
  const known = name.jobIds.flatMap((id) => states.get(id) ?? [])
  if (known.length === 0) return "UnknownJob"
  return known.every((state) => isTerminal({ _tag: state })) ? "Ended" : "Unfinished"
}
