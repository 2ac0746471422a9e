import { assert, beforeEach, describe, it } from "@effect/vitest"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { vi } from "vitest"
import { layer } from "../../../layers/image/FileImageStore.ts"
import { maximumImageBytes } from "../../../src/image/ImageBytes.ts"
import { ImageStore } from "../../../src/image/ImageStore.ts"
import { png } from "../../src/image/SampleImages.ts"
import { pieces } from "./ImageStoreContract.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"

/** What the file system was asked to do, and what it is to refuse. */
const disk = vi.hoisted(() => {
  const log: Array<string> = []
  const faults = new Map<string, string>()
  const step = (name: string): void => {
    log.push(name)
    const code = faults.get(name)
    if (code !== undefined) throw Object.assign(new Error(`${code}: at /secret/path`), { code })
  }
  return { log, faults, step }
})

vi.mock("node:fs/promises", async (importOriginal) => {
  const real = await importOriginal<typeof fs>()
  const { log, step } = disk
  return {
    ...real,
    mkdir: async (folder: string) => (step("make folder"), real.mkdir(folder)),
    link: async (from: string, to: string) => (step("link"), real.link(from, to)),
    rename: async (from: string, to: string) => (step("rename"), real.rename(from, to)),
    opendir: async (folder: string) => {
      step("list")
      const entries = await real.opendir(folder)
      return (async function* () {
        try {
          yield* entries
        } finally {
          log.push("list to its end")
        }
      })()
    },
    utimes: async (file: string, at: number, to: number) => (step("renew"), real.utimes(file, at, to)),
    unlink: async (file: string) => (step("unlink"), real.unlink(file)),
    open: async (file: string, flags: string) => {
      const what = flags === "wx" ? "file" : "folder"
      step(`open ${what}`)
      const handle = await real.open(file, flags)
      return {
        stat: () => handle.stat(),
        read: (buffer: Uint8Array, offset: number, length: number) => handle.read(buffer, offset, length),
        readFile: () => handle.readFile(),
        writeFile: async (bytes: Uint8Array) => (step("write"), handle.writeFile(bytes)),
        sync: async () => (step(`sync ${what}`), handle.sync()),
        close: async () => (step(`close ${what}`), handle.close())
      }
    }
  }
})

const picture = (root: string) => path.join(root, "fox.png")
const fox = png(16, 16)
const put = (root: string, bytes = fox) =>
  ImageStore.use((store) => store.put(pieces(bytes, 1_000), { root, label: "job_1", fileName: "fox.png" })).pipe(
    Effect.provide(layer)
  )

describe("FileImageStore on a disk that refuses", () => {
  beforeEach(() => {
    disk.log.length = 0
    disk.faults.clear()
  })

  it.live("syncs the file before it gets its name, and the folder after", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      disk.faults.set("make folder", "EEXIST")
      yield* put(root)
      assert.deepStrictEqual(disk.log, [
        "make folder",
        "open file",
        "write",
        "sync file",
        "close file",
        "link",
        "unlink",
        "open folder",
        "sync folder",
        "close folder",
        "close file",
        "unlink"
      ])
    })
  )

  it.live.each([
    ["open file", "ENOSPC", "DiskFull"],
    ["open file", "EROFS", "ReadOnly"],
    ["open file", "EACCES", "PermissionDenied"],
    ["write", "ENOSPC", "DiskFull"],
    ["write", "EDQUOT", "DiskFull"],
    ["write", "EIO", "Other"],
    ["sync file", "ENOSPC", "DiskFull"],
    ["close file", "EIO", "Other"],
    ["link", "EROFS", "ReadOnly"],
    ["link", "ENAMETOOLONG", "PathNotAllowed"],
    ["sync folder", "EIO", "Other"],
    ["make folder", "EROFS", "ReadOnly"],
    ["make folder", "EACCES", "PermissionDenied"]
  ] as const)("%s refused with %s is %s, and no file remains", ([step, code, problem]) =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      disk.faults.set(step, code)
      const error = yield* Effect.flip(put(root))
      assert.strictEqual(error._tag, "StorageFailed")
      assert.propertyVal(error, "problem", problem)
      assert.notInclude(error.detail, "/")
      disk.faults.clear()
      assert.deepStrictEqual(yield* filesBelow(root), [])
    })
  )

  it.live("a file system that can not sync folders is good enough", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      disk.faults.set("sync folder", "EINVAL")
      yield* put(root)
      assert.deepStrictEqual(yield* filesBelow(root), ["fox.png"])
    })
  )

  it.live.each(["EPERM", "ENOTSUP", "ENOSYS"])(
    "without hard links (%s) the file is renamed, and still overwrites nothing",
    (code) =>
      Effect.gen(function* () {
        const root = yield* temporaryFolder
        disk.faults.set("link", code)
        const names: Array<string> = []
        for (const bytes of [fox, png(17, 17), fox]) names.push(path.basename((yield* put(root, bytes)).path))
        assert.deepStrictEqual(names, ["fox.png", "fox-2.png", "fox.png"])
        assert.deepStrictEqual(yield* filesBelow(root), ["fox-2.png", "fox.png"])
        assert.include(disk.log, "rename")
        assert.deepStrictEqual(
          new Uint8Array(yield* Effect.promise(() => fs.readFile(path.join(root, "fox.png")))),
          fox
        )
      })
  )

  it.live("a removal is made durable, and is repeated where that failed", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      yield* put(root)
      const remove = ImageStore.use((store) => store.remove(root, picture(root))).pipe(Effect.provide(layer))
      disk.faults.set("sync folder", "EIO")
      assert.deepInclude(yield* Effect.flip(remove), { _tag: "StorageFailed", problem: "Other" })
      disk.faults.clear()
      disk.log.length = 0
      assert.strictEqual(yield* remove, "NotThere")
      assert.deepStrictEqual(disk.log, ["open folder", "sync folder", "close folder"])
    })
  )

  it.live.each([
    ["EROFS", "ReadOnly"],
    ["EACCES", "PermissionDenied"],
    ["EBUSY", "Other"]
  ] as const)("a removal refused with %s is %s, and the picture stays", ([code, problem]) =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const image = yield* put(root)
      disk.faults.set("unlink", code)
      const error = yield* Effect.flip(
        ImageStore.use((store) => store.remove(root, image.path)).pipe(Effect.provide(layer))
      )
      assert.deepStrictEqual(error, { _tag: "StorageFailed", problem, detail: `removing: ${code}` })
      assert.deepStrictEqual(yield* filesBelow(root), ["fox.png"])
    })
  )

  it.live("a folder that can not be read is told, and not taken for an empty one", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      disk.faults.set("list", "EACCES")
      const error = yield* ImageStore.use((store) => Stream.runCollect(store.list(root))).pipe(
        Effect.flip,
        Effect.provide(layer)
      )
      assert.deepStrictEqual(error, { _tag: "StorageFailed", problem: "PermissionDenied", detail: "listing: EACCES" })
    })
  )

  it.live("a picture of somebody else that can not be renewed is stored all the same", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      const image = yield* put(root)
      disk.faults.set("renew", "EPERM")
      assert.deepStrictEqual(yield* put(root), image)
      assert.include(disk.log, "renew")
    })
  )

  it.live("a listing and an inspection that are interrupted at any moment leave nothing open", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      yield* Effect.promise(async () => {
        for (let index = 0; index < 200; index++) await fs.writeFile(path.join(root, `${index}.png`), "")
        await fs.writeFile(path.join(root, "large.png"), fox)
        await fs.truncate(path.join(root, "large.png"), maximumImageBytes)
      })
      disk.log.length = 0
      const { inspect, list } = yield* Effect.provide(ImageStore, layer)
      const both = Effect.all([Stream.runDrain(list(root)), inspect(path.join(root, "large.png"))], { concurrency: 2 })
      for (let turns = 0; turns < 20; turns++) {
        const fiber = yield* Effect.forkChild(both)
        for (let turn = 0; turn < turns; turn++) yield* Effect.promise(() => new Promise(setImmediate))
        yield* Fiber.interrupt(fiber)
      }
      const count = (name: string) => disk.log.filter((it) => it === name).length
      const isClosed = () =>
        count("list") === count("list to its end") && count("open folder") === count("close folder")
      // What the disk was asked for when the fiber was interrupted is closed as soon as the disk has answered.
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: isClosed, times: 1_000 })
      assert.isAbove(count("list"), 10)
      assert.isAbove(count("open folder"), 10)
      assert.isTrue(isClosed())
    })
  )
})
