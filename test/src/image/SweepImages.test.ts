import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as SweeperLayer from "../../../layers/image/ImageSweeper.ts"
import * as JobWorkerLayer from "../../../layers/job/JobWorker.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { StoredImage } from "../../../schemas/Image.ts"
import type { Job } from "../../../schemas/Job.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { ImageSweeper } from "../../../src/image/ImageSweeper.ts"
import { sweepImages } from "../../../src/image/SweepImages.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { pieces } from "../../layers/image/ImageStoreContract.ts"
import { events, newJob } from "../job/SampleJob.ts"
import { png } from "./SampleImages.ts"

const root = "images"
const hour = 3_600_000
const day = 24 * hour

let width = 0

/** A new job on its way, and its picture, which has not been recorded yet. */
const unfinished = Effect.gen(function* () {
  const ledger = yield* JobLedger
  const { job } = yield* ledger.enter(newJob())
  yield* ledger.apply(job.id, events["Accepted, first id"])
  width += 1
  const image = yield* ImageStore.use((it) => it.put(pieces(png(width, 8), 500), { root, label: job.id }))
  return { job, image }
})

/** The same, brought to its end. */
const stored = Effect.gen(function* () {
  const { image, job } = yield* unfinished
  yield* JobLedger.use((it) => it.apply(job.id, { _tag: "ImageStored", image }))
  return { job, image }
})

const paths = Effect.map(
  ImageStore.use((it) => Stream.runCollect(it.list(root))),
  (found) => found.map((it) => it.path).toSorted()
)

const inRoom = <A, E>(settings: SettingsDocument, body: Effect.Effect<A, E, ImageStore | JobLedger | LiveSettings>) =>
  Effect.provide(body, Mock.layerWith({ settings }))

const removedOf = (report: { readonly removed: ReadonlyArray<{ readonly path: string }> }) =>
  report.removed.map((it) => it.path)

describe("a sweep of the image directory", () => {
  it.effect("removes nothing, and looks at nothing, where no limit is set", () =>
    inRoom(
      {},
      Effect.gen(function* () {
        const { image } = yield* stored
        yield* TestClock.adjust("3650 days")
        const report = yield* sweepImages()
        assert.deepStrictEqual(report, { isDryRun: false, removed: [], changed: [], failed: [] })
        assert.deepStrictEqual(yield* paths, [image.path])
      })
    )
  )

  it.effect("removes by age what has ended, never a picture of an unfinished job, nor one that a host has named", () =>
    inRoom(
      { imageRetention: 2 * day },
      Effect.gen(function* () {
        const { image: old } = yield* stored
        const { image: waiting, job } = yield* unfinished
        const named = yield* ImageStore.use((it) =>
          it.put(pieces(png(200, 8), 500), { root, label: job.id, fileName: "holiday.png" })
        )
        const fetched = yield* ImageStore.use((it) => it.put(pieces(png(201, 8), 500), { root, label: "image_1" }))
        yield* TestClock.adjust("1 day")
        const { image: young } = yield* stored
        yield* TestClock.adjust("1 day")
        const dry = yield* sweepImages({ isDryRun: true })
        assert.strictEqual((yield* paths).length, 5)
        const report = yield* sweepImages()
        assert.deepStrictEqual({ ...dry, isDryRun: false }, report)
        assert.sameMembers([...removedOf(report)], [old.path, fetched.path])
        assert.deepStrictEqual(yield* paths, [waiting.path, young.path, named.path].toSorted())
        assert.deepStrictEqual(report.kept, {
          pictures: 2,
          bytes: waiting.bytes + young.bytes,
          unfinished: 1,
          unknownJob: 0
        })
        yield* JobLedger.use((it) => it.apply(job.id, { _tag: "ImageStored", image: waiting }))
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [waiting.path])
      })
    )
  )

  it.effect("keeps the picture of every state that is not the end, however old and however little room there is", () =>
    inRoom(
      { imageRetention: day, imageMaximumBytes: 1 },
      Effect.gen(function* () {
        const ledger = yield* JobLedger
        const all: Array<{ readonly state: Job["state"]["_tag"]; readonly path: string }> = []
        const steps = [
          [],
          ["SendIntended"],
          ["SendIntended", "AnswerLost"],
          ["SendIntended", "Accepted, first id"],
          ["SendIntended", "Accepted, first id", "Progressed"]
        ] as const
        for (const names of steps) {
          const { job } = yield* ledger.enter(newJob())
          for (const name of names) {
            yield* ledger.apply(job.id, name === "SendIntended" ? { _tag: name, attempt: 1 } : events[name])
          }
          width += 1
          const { path } = yield* ImageStore.use((it) => it.put(pieces(png(width, 8), 500), { root, label: job.id }))
          all.push({ state: (yield* ledger.get(job.id, job.owner)).state._tag, path })
        }
        assert.deepStrictEqual(
          all.map((it) => it.state),
          ["Queued", "Submitting", "OutcomeUnknown", "Submitted", "Running"]
        )
        yield* TestClock.adjust("30 days")
        const report = yield* sweepImages()
        assert.deepStrictEqual([report.removed, report.kept?.unfinished], [[], 5])
        assert.deepStrictEqual(yield* paths, all.map((it) => it.path).toSorted())
      })
    )
  )

  it.effect("removes the oldest that are beyond the room, and no more", () =>
    inRoom(
      {},
      Effect.gen(function* () {
        const made: Array<StoredImage> = []
        for (let index = 0; index < 3; index++) {
          made.push((yield* stored).image)
          yield* TestClock.adjust("1 minute")
        }
        const [oldest, ...others] = made
        const room = others.reduce((sum, { bytes }) => sum + bytes, 0)
        yield* LiveSettings.use((it) => it.update({ imageMaximumBytes: room }))
        const report = yield* sweepImages()
        assert.deepStrictEqual(removedOf(report), [oldest?.path])
        assert.deepStrictEqual(report.kept, { pictures: 2, bytes: room, unfinished: 0, unknownJob: 0 })
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [])
      })
    )
  )

  it.effect("leaves a picture of a job of another home, however old and however little room there is", () =>
    inRoom(
      { imageMaximumBytes: 1, imageRetention: day },
      Effect.gen(function* () {
        yield* ImageStore.use((it) => it.put(pieces(png(9, 9), 500), { root, label: "job_elsewhere" }))
        yield* TestClock.adjust("3650 days")
        const report = yield* sweepImages()
        assert.deepStrictEqual([report.removed, report.kept?.unknownJob], [[], 1])
      })
    )
  )

  it.effect("removes a picture of a job that a ledger in memory has forgotten, after a day", () =>
    inRoom(
      { imageMaximumBytes: 1, store: "memory" },
      Effect.gen(function* () {
        const image = yield* ImageStore.use((it) => it.put(pieces(png(9, 9), 500), { root, label: "job_elsewhere" }))
        yield* TestClock.adjust(day - 1)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [])
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [image.path])
      })
    )
  )

  it.effect("leaves a picture that somebody has edited, and counts it no more", () =>
    inRoom(
      { imageRetention: day },
      Effect.gen(function* () {
        const { image } = yield* stored
        const store = yield* ImageStore
        yield* TestClock.adjust("2 days")
        const inspect: ImageStore["Service"]["inspect"] = (path) =>
          Effect.succeed({ _tag: "Picture", image: { ...image, path, sha256: "f".repeat(64) } })
        const report = yield* Effect.provideService(sweepImages(), ImageStore, { ...store, inspect })
        assert.deepStrictEqual([report.removed, report.changed.map((it) => it.path)], [[], [image.path]])
        assert.deepStrictEqual(report.kept, { pictures: 0, bytes: 0, unfinished: 0, unknownJob: 0 })
        assert.deepStrictEqual(yield* paths, [image.path])
      })
    )
  )

  it.effect("goes on after a picture that can not be removed, and tries it again the next time", () =>
    inRoom(
      { imageRetention: day },
      Effect.gen(function* () {
        const stuck = (yield* stored).image.path
        const other = (yield* stored).image.path
        const store = yield* ImageStore
        yield* TestClock.adjust("2 days")
        const problem = { _tag: "StorageFailed", problem: "ReadOnly", detail: "removing: EROFS" } as const
        const remove: ImageStore["Service"]["remove"] = (at, path) =>
          path === stuck ? Effect.fail(problem) : store.remove(at, path)
        const report = yield* Effect.provideService(sweepImages(), ImageStore, { ...store, remove })
        assert.deepStrictEqual([removedOf(report), report.failed], [[other], [{ path: stuck, problem }]])
        assert.deepStrictEqual(report.kept?.pictures, 1)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [stuck])
      })
    )
  )

  it.effect("removes nothing where the ledger can not be read", () =>
    inRoom(
      { imageRetention: day },
      Effect.gen(function* () {
        const { image } = yield* stored
        yield* TestClock.adjust("2 days")
        const problem = { _tag: "StorageFailed", problem: "Locked", detail: "looking up states" } as const
        const ledger = { ...(yield* JobLedger), statesOf: () => Effect.fail(problem) }
        assert.deepStrictEqual(yield* Effect.flip(Effect.provideService(sweepImages(), JobLedger, ledger)), problem)
        assert.deepStrictEqual(yield* paths, [image.path])
      })
    )
  )

  it.effect("removes nothing too early where the clock was set back an hour", () =>
    inRoom(
      { imageRetention: day },
      Effect.gen(function* () {
        yield* TestClock.setTime(100 * day)
        const { image: first } = yield* stored
        yield* TestClock.setTime(100 * day - hour)
        const { image: second } = yield* stored
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [])
        yield* TestClock.setTime(101 * day - 2 * hour)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [])
        yield* TestClock.setTime(101 * day - hour)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [second.path])
        yield* TestClock.setTime(101 * day)
        assert.deepStrictEqual(removedOf(yield* sweepImages()), [first.path])
      })
    )
  )
})

describe("the sweeper of a host", () => {
  it.effect("sweeps at once and every hour, by the settings of the day, until its host ends", () =>
    Effect.gen(function* () {
      const { image } = yield* stored
      const { image: other } = yield* stored
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* paths, [image.path, other.path].toSorted())
      yield* LiveSettings.use((it) => it.update({ imageRetention: 3 * hour }))
      yield* TestClock.adjust("1 hour")
      assert.deepStrictEqual(yield* paths, [])
      const { isDryRun } = yield* ImageSweeper.use((it) => it.sweep({ isDryRun: true }))
      assert.isTrue(isDryRun)
    }).pipe(Effect.provide(Layer.provideMerge(SweeperLayer.layer, Mock.layer)))
  )

  it.effect("comes with the worker of its jobs", () =>
    Effect.gen(function* () {
      const { image } = yield* stored
      yield* LiveSettings.use((it) => it.update({ imageRetention: 3 * hour }))
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* paths, [image.path])
      yield* TestClock.adjust("2 hours")
      assert.deepStrictEqual(yield* paths, [])
    }).pipe(Effect.provide(Layer.provideMerge(JobWorkerLayer.layer, Mock.layer)))
  )

  it.effect("goes on after a sweep that failed", () =>
    Effect.gen(function* () {
      const store = yield* ImageStore
      let isBroken = true
      const problem = { _tag: "StorageFailed", problem: "Other", detail: "listing: EIO" } as const
      const list: ImageStore["Service"]["list"] = (at) => (isBroken ? Stream.fail(problem) : store.list(at))
      yield* Effect.gen(function* () {
        const { image } = yield* stored
        yield* TestClock.adjust("2 days")
        assert.deepStrictEqual(yield* paths, [image.path])
        isBroken = false
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(yield* paths, [])
      }).pipe(Effect.provide(Layer.provide(SweeperLayer.layer, Layer.succeed(ImageStore, { ...store, list }))))
    }).pipe(Effect.provide(Mock.layerWith({ settings: { imageRetention: day } })))
  )
})
