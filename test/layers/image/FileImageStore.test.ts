import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { layer } from "../../../layers/image/FileImageStore.ts"
import { maximumImageBytes } from "../../../src/image/ImageBytes.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { html, png } from "../../src/image/SampleImages.ts"
import { pieces, suite } from "./ImageStoreContract.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"

suite("FileImageStore", layer, temporaryFolder)

const fox = png(16, 16)

const test = (
  sentence: string,
  body: (root: string, store: ImageStore["Service"]) => Effect.Effect<unknown, unknown>
) =>
  it.live(sentence, () =>
    Effect.gen(function* () {
      yield* body(yield* temporaryFolder, yield* ImageStore)
    }).pipe(Effect.provide(layer))
  )

describe("FileImageStore", () => {
  test("after success there is one file and nothing besides", (root, store) =>
    Effect.gen(function* () {
      yield* store.put(pieces(fox), { root, label: "job_1", fileName: "fox.png" })
      yield* store.put(pieces(fox), { root, label: "job_1", fileName: "fox.png" })
      assert.deepStrictEqual(yield* filesBelow(root), ["fox.png"])
    }))

  test("after a refusal, a broken stream or an interruption there is no file at all", (root, store) =>
    Effect.gen(function* () {
      const target = { root, label: "job_1", directory: "a/b" }
      yield* Effect.flip(store.put(pieces(html), target))
      yield* Effect.flip(store.put(Stream.concat(pieces(fox), Stream.fail("cut")), target))
      yield* Effect.exit(store.put(Stream.concat(pieces(fox), Stream.die(new Error("defect"))), target))
      const waiting = yield* Deferred.make<void>()
      const stuck = Stream.concat(
        pieces(fox),
        Stream.fromEffectDrain(Effect.andThen(Deferred.succeed(waiting, undefined), Effect.never))
      )
      const fiber = yield* Effect.forkChild(store.put(stuck, target))
      yield* Deferred.await(waiting)
      assert.strictEqual((yield* filesBelow(root)).length, 1)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(yield* filesBelow(root), [])
    }))

  test("while bytes come there is no file under the final name", (root, store) =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const watched = Stream.tap(pieces(fox), () => Effect.map(filesBelow(root), (files) => seen.push(...files)))
      yield* store.put(watched, { root, label: "job_1", fileName: "fox.png" })
      assert.isAbove(seen.length, 0)
      assert.isTrue(seen.every((file) => file.startsWith(".") && file.endsWith(".partial")))
    }))

  test("a folder that is a link out of the root is refused, and nothing is written or made behind it", (root, store) =>
    Effect.gen(function* () {
      const outside = path.join(root, "outside")
      const inside = path.join(root, "inside")
      yield* Effect.promise(async () => {
        await fs.mkdir(outside)
        await fs.mkdir(inside)
        await fs.mkdir(path.join(root, "inside-twin"))
        await fs.symlink(outside, path.join(inside, "link"))
        await fs.symlink("../inside-twin", path.join(inside, "twin"))
        await fs.symlink("/no/such/place", path.join(inside, "nowhere"))
      })
      for (const directory of ["link", "link/deeper", "twin"]) {
        const error = yield* Effect.flip(store.put(pieces(fox), { root: inside, label: "job_1", directory }))
        assert.deepInclude(error, { _tag: "StorageFailed", problem: "PathNotAllowed" })
      }
      const dangling = yield* Effect.flip(
        store.put(pieces(fox), { root: inside, label: "job_1", directory: "nowhere" })
      )
      assert.strictEqual(dangling._tag, "StorageFailed")
      assert.deepStrictEqual(yield* Effect.promise(() => fs.readdir(outside)), [])
    }))

  test("a link that stays inside the root, and a root that is a link, are followed", (root, store) =>
    Effect.gen(function* () {
      yield* Effect.promise(async () => {
        await fs.mkdir(path.join(root, "real"))
        await fs.symlink("real", path.join(root, "root"))
        await fs.mkdir(path.join(root, "real/deep"))
        await fs.symlink("deep", path.join(root, "real/alias"))
      })
      const image = yield* store.put(pieces(fox), {
        root: path.join(root, "root"),
        label: "job_1",
        directory: "alias",
        fileName: "fox.png"
      })
      assert.strictEqual(image.path, path.join(root, "root/alias/fox.png"))
      assert.deepStrictEqual(
        new Uint8Array(yield* Effect.promise(() => fs.readFile(path.join(root, "real/deep/fox.png")))),
        fox
      )
    }))

  test("a link under the final name is neither followed nor replaced", (root, store) =>
    Effect.gen(function* () {
      const victim = path.join(root, "victim")
      yield* Effect.promise(async () => {
        await fs.writeFile(victim, "untouched")
        await fs.symlink(victim, path.join(root, "fox.png"))
      })
      const image = yield* store.put(pieces(fox), { root, label: "job_1", fileName: "fox.png" })
      assert.strictEqual(path.basename(image.path), "fox-2.png")
      assert.strictEqual(yield* Effect.promise(() => fs.readFile(victim, "utf8")), "untouched")
    }))

  test("a root below a file, and a folder that is a file, are storage failures", (root, store) =>
    Effect.gen(function* () {
      yield* Effect.promise(() => fs.writeFile(path.join(root, "file"), "x"))
      for (const target of [
        { root: path.join(root, "file/below"), label: "a" },
        { root, directory: "file", label: "a" }
      ]) {
        const error = yield* Effect.flip(store.put(pieces(fox), target))
        assert.deepInclude(error, { _tag: "StorageFailed", problem: "PathNotAllowed" })
      }
    }))

  test("a root that does not exist is made, with what is above it", (root, store) =>
    Effect.gen(function* () {
      const image = yield* store.put(pieces(fox), { root: path.join(root, "a/b/c"), label: "job_1" })
      assert.deepStrictEqual(yield* filesBelow(root), [path.relative(root, image.path)])
    }))

  test("a folder and a file beyond all bounds are not read", (root, store) =>
    Effect.gen(function* () {
      const large = path.join(root, "large.png")
      yield* Effect.promise(async () => {
        await fs.writeFile(large, "")
        await fs.truncate(large, maximumImageBytes + 1)
      })
      for (const file of [root, large, "/dev/zero"]) {
        assert.deepInclude(yield* Effect.flip(store.read(file)), { _tag: "StorageFailed", problem: "Other" })
      }
    }))

  test("a failure names the step and the code, and no path", (root, store) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(store.read(path.join(root, "none.png")))
      assert.deepStrictEqual(error, { _tag: "StorageFailed", problem: "Other", detail: "reading: ENOENT" })
    }))

  test("links, folders, pipes, half-written and foreign files are no pictures of the list", (root, store) =>
    Effect.gen(function* () {
      const outside = path.join(root, "outside")
      const inside = path.join(root, "inside")
      const image = yield* store.put(pieces(fox), { root: inside, label: "job_1", directory: "deep" })
      yield* store.put(pieces(fox), { root: outside, label: "job_2" })
      yield* Effect.promise(async () => {
        await fs.symlink(outside, path.join(inside, "link"))
        await fs.symlink("..", path.join(inside, "deep/loop"))
        await fs.symlink(path.join(outside, "fox.png"), path.join(inside, "link.png"))
        await fs.mkdir(path.join(inside, "folder.png"))
        await fs.writeFile(path.join(inside, "notes.txt"), "x")
        await fs.writeFile(path.join(inside, ".image_1.partial"), "half")
        await fs.writeFile(path.join(inside, "lock.partial"), "of somebody else")
        execFileSync("mkfifo", [path.join(inside, "pipe.png")])
      })
      const found = yield* Stream.runCollect(store.list(inside))
      assert.deepStrictEqual(
        found.map((it) => it.path),
        [image.path]
      )
      const partial = yield* Stream.runCollect(store.listPartial(inside))
      assert.deepStrictEqual(
        partial.map(({ bytes, path: file }) => [path.basename(file), bytes]),
        [[".image_1.partial", 4]]
      )
      assert.strictEqual(yield* store.removePartial(inside, partial[0]?.path ?? ""), "Removed")
      for (const kept of ["lock.partial", "deep"]) {
        const error = yield* Effect.flip(store.removePartial(inside, path.join(inside, kept)))
        assert.strictEqual(error.problem, "PathNotAllowed")
      }
    }))

  test("nothing is removed through a link that leads out, nor a link, a folder or a pipe", (root, store) =>
    Effect.gen(function* () {
      const outside = path.join(root, "outside")
      const inside = path.join(root, "inside")
      const foreign = yield* store.put(pieces(fox), { root: outside, label: "job_1", fileName: "fox.png" })
      yield* store.put(pieces(fox), { root: inside, label: "job_1", directory: "real", fileName: "own.png" })
      yield* Effect.promise(async () => {
        await fs.symlink(outside, path.join(inside, "link"))
        await fs.symlink("real", path.join(inside, "alias"))
        await fs.symlink(path.join(outside, "fox.png"), path.join(inside, "link.png"))
        await fs.mkdir(path.join(inside, "folder.png"))
        execFileSync("mkfifo", [path.join(inside, "pipe.png")])
      })
      const before = yield* filesBelow(root)
      for (const file of ["link/fox.png", "link.png", "folder.png", "pipe.png", "real/own.png/fox.png"]) {
        const error = yield* Effect.flip(store.remove(inside, path.join(inside, file)))
        assert.deepInclude(error, { _tag: "StorageFailed", problem: "PathNotAllowed" }, file)
      }
      assert.deepStrictEqual(yield* filesBelow(root), before)
      assert.strictEqual(yield* store.verify(foreign), "Intact")
      assert.strictEqual(yield* store.remove(inside, path.join(inside, "alias/own.png")), "Removed")
      assert.deepStrictEqual((yield* filesBelow(inside)).includes("real/own.png"), false)
    }))

  test("a root that is a link is listed and removed from, and one that is a file is refused", (root, store) =>
    Effect.gen(function* () {
      const link = path.join(root, "link")
      yield* Effect.promise(async () => {
        await fs.mkdir(path.join(root, "real"))
        await fs.symlink("real", link)
        await fs.writeFile(path.join(root, "file"), "x")
      })
      const image = yield* store.put(pieces(fox), { root: link, label: "job_1" })
      assert.deepStrictEqual(
        (yield* Stream.runCollect(store.list(link))).map((it) => it.path),
        [image.path]
      )
      assert.strictEqual(yield* store.remove(link, image.path), "Removed")
      const error = yield* Effect.flip(Stream.runCollect(store.list(path.join(root, "file"))))
      assert.deepStrictEqual(error, { _tag: "StorageFailed", problem: "PathNotAllowed", detail: "listing: ENOTDIR" })
    }))

  test("what only has a picture's name is found out, without reading it whole", (root, store) =>
    Effect.gen(function* () {
      const file = (name: string) => path.join(root, name)
      yield* Effect.promise(async () => {
        await fs.writeFile(file("text.png"), "no picture")
        await fs.writeFile(file("empty.png"), "")
        await fs.writeFile(file("large.png"), fox)
        await fs.truncate(file("large.png"), maximumImageBytes + 1)
        await fs.mkdir(file("folder.png"))
        execFileSync("mkfifo", [file("pipe.png")])
      })
      for (const name of ["text.png", "empty.png", "folder.png", "pipe.png", "/dev/zero"]) {
        const found = yield* store.inspect(name.startsWith("/") ? name : file(name))
        assert.isTrue(found._tag === "NoPicture" && found.reason.problem === "NotAnImage", name)
      }
      const large = yield* store.inspect(file("large.png"))
      assert.isTrue(large._tag === "NoPicture" && large.reason.problem === "TooManyBytes")
      const image = yield* store.put(pieces(fox), { root, label: "job_1" })
      yield* Effect.promise(() => fs.writeFile(image.path, "edited"))
      assert.strictEqual(yield* store.verify(image), "Changed")
    }))

  test("a folder of very many files is listed as it is read", (root, store) =>
    Effect.gen(function* () {
      yield* Effect.promise(async () => {
        await fs.mkdir(path.join(root, "many"))
        for (let index = 0; index < 1_000; index++) await fs.writeFile(path.join(root, `many/${index}.png`), "")
      })
      const first = yield* Stream.runCollect(Stream.take(store.list(root), 1))
      assert.strictEqual(first.length, 1)
      assert.strictEqual(yield* Stream.runCount(store.list(root)), 1_000)
    }))
})
