import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Mock from "../../../mock-layers/Mock.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { removeImage } from "../../../src/image/RemoveImage.ts"
import { verifyImages } from "../../../src/image/VerifyImages.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { pieces } from "../../layers/image/ImageStoreContract.ts"
import { events, newJob, otherOwner } from "../job/SampleJob.ts"
import { png } from "./SampleImages.ts"

const put = (label: string, fields: object = {}) =>
  ImageStore.use((it) => it.put(pieces(png(8, 8), 500), { root: "images", label, ...fields }))

describe("a person who removes a picture", () => {
  it.effect("is refused as long as its job has not ended, whoever's it is, and may afterwards", () =>
    Effect.gen(function* () {
      const ledger = yield* JobLedger
      const { job } = yield* ledger.enter(newJob({ owner: otherOwner }))
      yield* ledger.apply(job.id, events["Accepted, first id"])
      const image = yield* put(job.id)
      const refused = yield* Effect.flip(removeImage(image.path))
      assert.deepInclude(refused, { _tag: "InputRejected", field: "path" })
      assert.strictEqual(yield* ImageStore.use((it) => it.verify(image)), "Intact")
      yield* ledger.apply(job.id, { _tag: "ImageStored", image })
      assert.strictEqual(yield* removeImage(image.path), "Removed")
      assert.strictEqual(yield* removeImage(image.path), "NotThere")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("may remove what has no job, and nothing outside of the image directory", () =>
    Effect.gen(function* () {
      const named = yield* put("image_1", { fileName: "fox.png" })
      const elsewhere = yield* put("image_2", { root: "elsewhere" })
      assert.strictEqual(yield* removeImage(named.path), "Removed")
      assert.deepInclude(yield* Effect.flip(removeImage(elsewhere.path)), { problem: "PathNotAllowed" })
      assert.strictEqual(yield* ImageStore.use((it) => it.verify(elsewhere)), "Intact")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("a look through all pictures", () => {
  it.effect("tells what is intact, changed, gone, and of no job", () =>
    Effect.gen(function* () {
      const ledger = yield* JobLedger
      const stored = Effect.fnUntraced(function* (width: number) {
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events["Accepted, first id"])
        const image = yield* ImageStore.use((it) =>
          it.put(pieces(png(width, 8), 500), { root: "images", label: job.id })
        )
        yield* ledger.apply(job.id, { _tag: "ImageStored", image })
        return { jobId: job.id, path: image.path }
      })
      yield* ledger.enter(newJob())
      yield* stored(8)
      const gone = yield* stored(9)
      const edited = yield* stored(10)
      yield* put("image_1")
      yield* put("image_2", { fileName: "fox.png" })
      yield* put("image_3", { fileName: "0123456789abcdef-job_7.png" })
      yield* removeImage(gone.path)
      const store = yield* ImageStore
      const inspected: ImageStore["Service"] = {
        ...store,
        verify: (image) => (image.path === edited.path ? Effect.succeed("Changed") : store.verify(image))
      }
      const report = yield* Effect.provideService(verifyImages(), ImageStore, inspected)
      assert.deepStrictEqual([report.intact, report.others], [2, 1])
      assert.sameDeepMembers(
        [...report.problems],
        [
          { ...gone, problem: "Missing" },
          { ...edited, problem: "Changed" },
          { path: "images/0123456789abcdef-job_7.png", problem: "Changed" }
        ]
      )
      const ofOther = yield* verifyImages(otherOwner)
      assert.deepStrictEqual([ofOther.intact, ofOther.problems.length], [3, 1])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("goes on after a file that can not be read, and says so", () =>
    Effect.gen(function* () {
      const image = yield* put("image_1")
      const store = yield* ImageStore
      const problem = { _tag: "StorageFailed", problem: "PermissionDenied", detail: "reading: EACCES" } as const
      const unreadable = { ...store, inspect: () => Effect.fail(problem) }
      const report = yield* Effect.provideService(verifyImages(), ImageStore, unreadable)
      assert.deepStrictEqual(report.problems, [{ path: image.path, problem: "Unreadable", detail: problem.detail }])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("turns every page of the jobs", () =>
    Effect.gen(function* () {
      const ledger = yield* JobLedger
      for (let index = 0; index < 1_001; index++) {
        const { job } = yield* ledger.enter(newJob())
        yield* ledger.apply(job.id, events["Accepted, first id"])
        yield* ledger.apply(job.id, events["ImageStored, image a"])
      }
      const report = yield* verifyImages()
      assert.strictEqual(new Set(report.problems.map((it) => it.jobId)).size, 1_001)
    }).pipe(Effect.provide(Mock.layer))
  )
})
