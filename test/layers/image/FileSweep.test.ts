/** A sweep over files: what is half-written, foreign, edited, or can not be removed, and interruption at any step. */
import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { layer as files } from "../../../layers/image/FileImageStore.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { sweepImages } from "../../../src/image/SweepImages.ts"
import type { JobLedger } from "../../../src/job/JobLedger.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { png } from "../../src/image/SampleImages.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"
import { pieces } from "./ImageStoreContract.ts"

const day = 86_400

/** As old as a backup: some days. */
const age = (file: string, days: number) =>
  Effect.promise(() => fs.utimes(file, Date.now() / 1000 - days * day, Date.now() / 1000 - days * day))

const test = (
  sentence: string,
  body: (
    root: string,
    store: ImageStore["Service"]
  ) => Effect.Effect<unknown, unknown, ImageStore | JobLedger | LiveSettings>
) =>
  it.live(sentence, () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      yield* LiveSettings.use((it) => it.update({ imageDirectory: root, imageRetention: 5 * day * 1_000 }))
      yield* body(root, yield* ImageStore)
    }).pipe(Effect.provide(Layer.provideMerge(files, Mock.layer)))
  )

const namesOf = (report: { readonly removed: ReadonlyArray<{ readonly path: string }> }) =>
  report.removed.map((it) => path.basename(it.path)).toSorted()

describe("a sweep over files", () => {
  test("takes half-written files a day after their process was killed, and no younger or foreign ones", (root) =>
    Effect.gen(function* () {
      const names = [".image_old.partial", ".image_young.partial", "download.partial", ".image_x.png.partial.txt"]
      for (const name of names) {
        yield* Effect.promise(() => fs.writeFile(path.join(root, name), "half"))
        yield* age(path.join(root, name), name.includes("young") ? 0.9 : 1.1)
      }
      assert.deepStrictEqual(namesOf(yield* sweepImages({ isDryRun: true })), [".image_old.partial"])
      assert.strictEqual((yield* filesBelow(root)).length, 4)
      assert.deepStrictEqual(namesOf(yield* sweepImages()), [".image_old.partial"])
      assert.deepStrictEqual(yield* filesBelow(root), names.slice(1).toSorted())
    }))

  test("takes only what it has named itself and what still holds the bytes of its name", (root, store) =>
    Effect.gen(function* () {
      const put = (width: number, fields: object = {}) =>
        Effect.tap(store.put(pieces(png(width, 8)), { root, label: `image_${width}`, ...fields }), (it) =>
          age(it.path, 6)
        )
      const own = yield* put(8, { directory: "deep" })
      const edited = yield* put(9)
      const chosen = yield* put(10, { fileName: "holiday.png" })
      yield* Effect.promise(async () => {
        await fs.writeFile(edited.path, png(11, 8))
        await fs.writeFile(path.join(root, "0123456789abcdef-image_1.png"), "no picture")
        await fs.writeFile(path.join(root, "notes.txt"), "x")
      })
      yield* age(edited.path, 6)
      yield* age(path.join(root, "0123456789abcdef-image_1.png"), 6)
      const report = yield* sweepImages()
      assert.deepStrictEqual(namesOf(report), [path.basename(own.path)])
      assert.sameMembers(
        report.changed.map((it) => path.basename(it.path)),
        [path.basename(edited.path), "0123456789abcdef-image_1.png"]
      )
      assert.strictEqual(yield* store.verify(chosen), "Intact")
      assert.deepStrictEqual((yield* filesBelow(root)).length, 4)
    }))

  test("tells what it can not remove, and removes the rest (a folder that is read-only)", (root, store) =>
    Effect.gen(function* () {
      const stuck = yield* store.put(pieces(png(8, 8)), { root, label: "image_1", directory: "stuck" })
      const other = yield* store.put(pieces(png(9, 8)), { root, label: "image_2", directory: "other" })
      for (const file of [stuck.path, other.path]) yield* age(file, 6)
      const problem = { _tag: "StorageFailed", problem: "ReadOnly", detail: "removing: EROFS" } as const
      const readOnly = {
        ...store,
        remove: (at: string, file: string) => (file === stuck.path ? Effect.fail(problem) : store.remove(at, file))
      }
      const report = yield* Effect.provideService(sweepImages(), ImageStore, readOnly)
      assert.deepStrictEqual(report.failed, [{ path: stuck.path, problem }])
      assert.deepStrictEqual(yield* filesBelow(root), [path.relative(root, stuck.path)])
    }))

  test("that is interrupted at any file leaves whole files, and the next one ends it", (root, store) =>
    Effect.gen(function* () {
      for (let round = 0; round < 4; round++) {
        for (let width = 8; width < 12; width++) {
          const image = yield* store.put(pieces(png(width, 8)), { root, label: `image_${width}` })
          yield* age(image.path, 6)
        }
        let removals = 0
        const stopping: ImageStore["Service"] = {
          ...store,
          remove: (at, file) =>
            Effect.suspend(() => {
              removals += 1
              return removals > round ? Effect.interrupt : store.remove(at, file)
            })
        }
        const fiber = yield* Effect.forkChild(Effect.provideService(sweepImages(), ImageStore, stopping))
        yield* Fiber.await(fiber)
        assert.strictEqual((yield* filesBelow(root)).length, 4 - round)
        for (const name of yield* filesBelow(root)) {
          assert.strictEqual((yield* store.inspect(path.join(root, name)))._tag, "Picture")
        }
        assert.strictEqual((yield* sweepImages()).removed.length, 4 - round)
        assert.deepStrictEqual(yield* filesBelow(root), [])
      }
    }))

  test("beside others on one directory removes what one alone would, and nobody fails", (root, store) =>
    Effect.gen(function* () {
      const made = []
      for (let width = 8; width < 28; width++) {
        const image = yield* store.put(pieces(png(width, 8)), { root, label: `image_${width}` })
        yield* age(image.path, 3 - width / 100)
        made.push(image)
      }
      const room = made.slice(10).reduce((sum, { bytes }) => sum + bytes, 0)
      yield* LiveSettings.use((it) => it.update({ imageMaximumBytes: room }))
      const reports = yield* Effect.all([sweepImages(), sweepImages(), sweepImages()], { concurrency: 3 })
      assert.deepStrictEqual(
        yield* filesBelow(root),
        made
          .slice(10)
          .map(({ path: file }) => path.basename(file))
          .toSorted()
      )
      const removed = reports.flatMap(namesOf)
      assert.strictEqual(new Set(removed).size, removed.length)
      assert.strictEqual(removed.length, 10)
      assert.deepStrictEqual(
        reports.flatMap((it) => it.failed),
        []
      )
    }))

  test("of a directory that is not there has nothing to do, and does not make it", (root) =>
    Effect.gen(function* () {
      const missing = path.join(root, "missing")
      yield* LiveSettings.use((it) => it.update({ imageDirectory: missing }))
      const report = yield* sweepImages()
      assert.deepStrictEqual(report.kept, { pictures: 0, bytes: 0, unfinished: 0, unknownJob: 0 })
      assert.deepStrictEqual(yield* filesBelow(root), [])
    }))
})
