/**
 * What every image store must do, wherever it keeps its files. The root is made anew for each test.
 */
import { assert, describe, it } from "@effect/vitest"
import { hash } from "node:crypto"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { StoredImage } from "../../../schemas/Image.ts"
import { maximumImageBytes } from "../../../src/image/ImageBytes.ts"
import { ImageStore, type ImageTarget } from "../../../src/image/ImageStore.ts"
import { html, jpeg, png, webp } from "../../src/image/SampleImages.ts"

export const sha256Of = (bytes: Uint8Array): string => hash("sha256", bytes, "hex")

/** The bytes in pieces of `size`, as a network would bring them. */
export const pieces = (bytes: Uint8Array, size = 7): Stream.Stream<Uint8Array> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size)
    )
  )

const listed = (store: ImageStore["Service"], root: string) =>
  Effect.map(Stream.runCollect(store.list(root)), (found) =>
    found.toSorted((left, right) => (left.path < right.path ? -1 : 1))
  )

const removeAll = (store: ImageStore["Service"], root: string) =>
  Stream.runForEach(store.list(root), ({ path }) => store.remove(root, path))

const red = png(16, 16, 0x55)
const blue = png(16, 16, 0xaa)

type Body = (
  store: ImageStore["Service"],
  target: (fields?: Partial<ImageTarget>) => ImageTarget
) => Effect.Effect<unknown, unknown, Scope.Scope>

const testOn =
  (layer: Layer.Layer<ImageStore>, makeRoot: Effect.Effect<string, never, Scope.Scope>) =>
  (sentence: string, body: Body) =>
    it.live(sentence, () =>
      Effect.gen(function* () {
        const root = yield* makeRoot
        yield* body(yield* ImageStore, (fields) => ({ root, label: "job_1", ...fields }))
      }).pipe(Effect.provide(layer))
    )

export const suite = (
  name: string,
  layer: Layer.Layer<ImageStore>,
  makeRoot: Effect.Effect<string, never, Scope.Scope>
): void => {
  describe(`${name} keeps the contract of ImageStore`, () => {
    const test = testOn(layer, makeRoot)

    test("a place is prepared without leaving anything in it, and one that is not allowed is refused", (store, target) =>
      Effect.gen(function* () {
        yield* store.prepare(target({ directory: "foxes" }))
        const error = yield* Effect.flip(store.prepare(target({ directory: "../foxes" })))
        assert.strictEqual(error.problem, "PathNotAllowed")
        const image = yield* store.put(pieces(red), target({ directory: "foxes", fileName: "fox.png" }))
        assert.strictEqual(image.path, `${target().root}/foxes/fox.png`)
      }))

    test("a picture is stored under hash and label, with the facts of its bytes, and read again", (store, target) =>
      Effect.gen(function* () {
        const bytes = png(32, 24)
        const image = yield* store.put(pieces(bytes), target())
        assert.deepStrictEqual(image, {
          path: `${target().root}/${sha256Of(bytes).slice(0, 16)}-job_1.png`,
          sha256: sha256Of(bytes),
          bytes: bytes.length,
          width: 32,
          height: 24,
          format: "png"
        })
        assert.deepStrictEqual(yield* store.read(image.path), bytes)
      }))

    test("all three formats are stored, each under its own extension", (store, target) =>
      Effect.gen(function* () {
        const paths: Array<string> = []
        for (const bytes of [png(8, 8), jpeg(8, 8), webp.lossy(8, 8)]) {
          paths.push((yield* store.put(pieces(bytes), target({ fileName: "fox.png" }))).path)
        }
        assert.deepStrictEqual(
          paths,
          ["fox.png", "fox.jpg", "fox.webp"].map((it) => `${target().root}/${it}`)
        )
      }))

    test("a directory below the root is made, and is part of the path", (store, target) =>
      Effect.gen(function* () {
        const image = yield* store.put(pieces(red), target({ directory: "foxes/red", fileName: "fox.png" }))
        assert.strictEqual(image.path, `${target().root}/foxes/red/fox.png`)
        assert.deepStrictEqual(yield* store.read(image.path), red)
      }))

    test("storing the same picture twice is one file", (store, target) =>
      Effect.gen(function* () {
        const first = yield* store.put(pieces(red), target({ fileName: "fox.png" }))
        assert.deepStrictEqual(yield* store.put(pieces(red), target({ fileName: "fox.png" })), first)
      }))

    test("two pictures that want one name both live, and neither is overwritten", (store, target) =>
      Effect.gen(function* () {
        const images = yield* Effect.forEach(
          [red, blue, png(17, 17), png(18, 18)],
          (bytes) => store.put(pieces(bytes), target({ fileName: "fox.png" })),
          { concurrency: "unbounded" }
        )
        const names = ["fox.png", "fox-2.png", "fox-3.png", "fox-4.png"].map((it) => `${target().root}/${it}`)
        assert.sameMembers(
          images.map((it) => it.path),
          names
        )
        for (const image of images) assert.strictEqual(sha256Of(yield* store.read(image.path)), image.sha256)
        const again = yield* store.put(pieces(blue), target({ fileName: "fox.png" }))
        assert.isTrue(images.some((it) => it.path === again.path && it.sha256 === again.sha256))
      }))

    for (const bad of ["../fox.png", "/tmp/fox.png", "a\\b.png", "fox\0.png", "con.png", "x".repeat(300)]) {
      test(`the name ${JSON.stringify(bad.slice(0, 20))} is refused before a byte is read`, (store, target) =>
        Effect.gen(function* () {
          for (const fields of [{ fileName: bad }, { directory: bad.replace("fox.png", "") }, { label: bad }]) {
            const touched = Stream.suspend(() => Stream.die(new Error("the bytes were asked for")))
            const error = yield* Effect.flip(store.put(touched, target(fields)))
            assert.deepInclude(error, { _tag: "StorageFailed", problem: "PathNotAllowed" })
          }
        }))
    }

    for (const [what, bytes] of [
      ["an HTML page", html],
      ["nothing", new Uint8Array()],
      ["a cut PNG", red.subarray(0, 20)]
    ] as const) {
      test(`${what} is refused and leaves nothing, whatever its name`, (store, target) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(store.put(pieces(bytes), target({ fileName: "fox.png" })))
          assert.deepInclude(error, { _tag: "ImageRejected", problem: "NotAnImage" })
          yield* Effect.flip(store.read(`${target().root}/fox.png`))
        }))
    }

    test("an endless picture is cut off at the limit, and leaves nothing", (store, target) =>
      Effect.gen(function* () {
        let given = 0
        const endless = Stream.concat(
          pieces(red, red.length),
          Stream.fromEffectRepeat(
            Effect.sync(() => {
              given += 4_194_304
              return new Uint8Array(4_194_304)
            })
          )
        )
        const error = yield* Effect.flip(store.put(endless, target({ fileName: "fox.png" })))
        assert.deepInclude(error, { _tag: "ImageRejected", problem: "TooManyBytes" })
        assert.isAtMost(given, maximumImageBytes + 2 * 4_194_304)
        yield* Effect.flip(store.read(`${target().root}/fox.png`))
      }))

    test("a stream that breaks off fails with its own error and leaves nothing", (store, target) =>
      Effect.gen(function* () {
        const broken = Stream.concat(pieces(red), Stream.fail("cut" as const))
        assert.strictEqual(yield* Effect.flip(store.put(broken, target({ fileName: "fox.png" }))), "cut")
        yield* Effect.flip(store.read(`${target().root}/fox.png`))
      }))

    test("an interruption while bytes come leaves nothing", (store, target) =>
      Effect.gen(function* () {
        const waiting = yield* Deferred.make<void>()
        const stuck = Stream.concat(
          pieces(red),
          Stream.fromEffectDrain(Effect.andThen(Deferred.succeed(waiting, undefined), Effect.never))
        )
        const fiber = yield* Effect.forkChild(store.put(stuck, target({ fileName: "fox.png" })))
        yield* Deferred.await(waiting)
        yield* Fiber.interrupt(fiber)
        yield* Effect.flip(store.read(`${target().root}/fox.png`))
      }))

    test("chunks that the sender uses again do not change what is stored", (store, target) =>
      Effect.gen(function* () {
        const buffer = Buffer.alloc(16)
        const reused = Stream.map(Stream.rechunk(pieces(red, 16), 1), (piece) => {
          buffer.set(piece)
          return buffer.subarray(0, piece.length)
        })
        const image = yield* store.put(reused, target())
        assert.strictEqual(image.sha256, sha256Of(red))
        assert.deepStrictEqual(yield* store.read(image.path), red)
      }))

    test("the pictures below a root are listed, whatever folder they are in, and none of another root", (store, target) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* listed(store, target().root), [])
        yield* store.put(pieces(red), target({ fileName: "red.png" }))
        yield* store.put(pieces(jpeg(8, 8)), target({ directory: "a/b", fileName: "fox.jpeg" }))
        yield* store.put(pieces(webp.lossy(8, 8)), target({ directory: "a" }))
        yield* store.put(pieces(blue), target({ root: `${target().root}-twin` }))
        const found = yield* listed(store, target().root)
        assert.deepStrictEqual(
          found.map(({ bytes, format, path }) => [path.slice(target().root.length), format, bytes]),
          [
            [`/a/${sha256Of(webp.lossy(8, 8)).slice(0, 16)}-job_1.webp`, "webp", webp.lossy(8, 8).length],
            ["/a/b/fox.jpeg", "jpeg", jpeg(8, 8).length],
            ["/red.png", "png", red.length]
          ]
        )
        const now = yield* Clock.currentTimeMillis
        for (const { storedAt } of found) {
          assert.isTrue(Number.isInteger(storedAt))
          assert.isAtMost(Math.abs(now - storedAt), 60_000)
        }
        assert.deepStrictEqual(yield* Stream.runCollect(store.listPartial(target().root)), [])
      }).pipe(Effect.ensuring(Effect.ignore(removeAll(store, `${target().root}-twin`)))))

    test("a listing that is left early is left, and one that is run again looks again", (store, target) =>
      Effect.gen(function* () {
        const list = store.list(target().root)
        const images: Array<StoredImage> = []
        for (const width of [8, 9, 10]) {
          images.push(yield* store.put(pieces(png(width, 8)), target()))
          assert.strictEqual(yield* Stream.runCount(list), images.length)
        }
        const [first] = images
        const inspect = store.inspect(first?.path ?? "")
        for (let time = 0; time < 2; time++) assert.strictEqual((yield* inspect)._tag, "Picture")
        const some = yield* Stream.runCollect(Stream.take(store.list(target().root), 1))
        assert.strictEqual(some.length, 1)
        assert.strictEqual((yield* listed(store, target().root)).length, 3)
      }))

    test("a picture is intact, changed or missing, and a file is inspected without a job", (store, target) =>
      Effect.gen(function* () {
        const image = yield* store.put(pieces(red), target({ fileName: "fox.png" }))
        assert.strictEqual(yield* store.verify(image), "Intact")
        assert.strictEqual(yield* store.verify({ ...image, sha256: sha256Of(blue) }), "Changed")
        assert.strictEqual(yield* store.verify({ ...image, bytes: image.bytes + 1 }), "Changed")
        assert.deepStrictEqual(yield* store.inspect(image.path), { _tag: "Picture", image })
        yield* store.remove(target().root, image.path)
        assert.strictEqual(yield* store.verify(image), "Missing")
        assert.deepStrictEqual(yield* store.inspect(image.path), { _tag: "Missing" })
      }))

    test("a picture is removed once, and removing what is not there succeeds and says so", (store, target) =>
      Effect.gen(function* () {
        const { root } = target()
        const image = yield* store.put(pieces(red), target({ directory: "foxes" }))
        const other = yield* store.put(pieces(blue), target({ directory: "foxes" }))
        assert.strictEqual(yield* store.remove(root, image.path), "Removed")
        assert.strictEqual(yield* store.remove(root, image.path), "NotThere")
        assert.strictEqual(yield* store.remove(root, `${root}/no/such/folder/fox.png`), "NotThere")
        assert.strictEqual(yield* store.remove(`${root}-none`, `${root}-none/fox.png`), "NotThere")
        assert.deepStrictEqual(
          (yield* listed(store, root)).map((it) => it.path),
          [other.path]
        )
        yield* Effect.flip(store.read(image.path))
      }))

    for (const bad of [
      "",
      "foxes",
      "../fox.png",
      "foxes/../../fox.png",
      "/etc/fox.png",
      "fox\0.png",
      "fox.txt",
      ".png"
    ]) {
      test(`${JSON.stringify(bad)} is not removed, whatever is there`, (store, target) =>
        Effect.gen(function* () {
          const { root } = target()
          const image = yield* store.put(pieces(red), target({ directory: "foxes", fileName: "fox.png" }))
          const error = yield* Effect.flip(store.remove(root, bad.startsWith("/") ? bad : `${root}/${bad}`))
          assert.deepInclude(error, { _tag: "StorageFailed", problem: "PathNotAllowed" })
          assert.notInclude(error.detail, "/")
          const through = store.remove(`${root}/foxes`, `${root}/foxes/../other/fox.png`)
          assert.strictEqual((yield* Effect.flip(through)).problem, "PathNotAllowed")
          assert.strictEqual(yield* store.verify(image), "Intact")
        }))
    }

    test("a picture that is stored again is as new as on the first day", (store, target) =>
      Effect.gen(function* () {
        const clock: Clock.Clock = yield* Clock.Clock
        const later: Clock.Clock = Object.create(clock, {
          currentTimeMillis: { value: Effect.succeed(4_102_444_800_000) }
        })
        const put = store.put(pieces(red), target())
        yield* put
        yield* Effect.provideService(put, Clock.Clock, later)
        assert.deepStrictEqual(
          (yield* listed(store, target().root)).map((it) => it.storedAt),
          [4_102_444_800_000]
        )
      }))

    test("what is not there can not be read", (store, target) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(store.read(`${target().root}/none.png`))
        assert.deepInclude(error, { _tag: "StorageFailed", problem: "Other" })
      }))
  })
}
