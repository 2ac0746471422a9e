/**
 * The files of an image directory: found, looked into, removed. No link is followed to find one, and none that leads out
 * of the root to remove one.
 */
import * as fs from "node:fs/promises"
import { constants, type Dirent } from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { maximumImageBytes, receiveImage } from "../../src/image/ImageBytes.ts"
import type { ImageInspection, ImageRemoval, ListedFile } from "../../src/image/ImageStore.ts"
import { nameBelow } from "../../src/image/PictureName.ts"
import { codeOf, type FileFailure, fileStep, storageFailed } from "../file/FileFailure.ts"
import { syncFolder } from "../file/SyncFolder.ts"
import { isWithin, leadsOut } from "./ImageFolder.ts"

/** How many files are asked for their size at once. */
const batchSize = 64

/** How much of a file is held while it is looked into. **Units** bytes. */
const chunkBytes = 262_144

const isGone = (code: string): boolean => code === "ENOENT" || code === "ENOTDIR"

/** The files below the root whose name is wanted, as they are found; one that goes meanwhile is passed over. */
export const findFiles = (
  root: string,
  isWanted: (fileName: string) => boolean
): Stream.Stream<ListedFile, typeof StorageFailed.Type> =>
  Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => walk(root, isWanted) }, (error) =>
    storageFailed({ _tag: "FileFailure", step: "listing", code: codeOf(error) })
  ).pipe(Stream.flatMap(Stream.fromIterable))

async function* walk(
  root: string,
  isWanted: (fileName: string) => boolean
): AsyncGenerator<ReadonlyArray<ListedFile>, void> {
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    let batch: Array<string> = []
    for await (const entry of entriesOf(folder, folder === root)) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory() && entry.name !== "lost+found") folders.push(file)
      if (entry.isFile() && isWanted(entry.name)) batch.push(file)
      if (batch.length === batchSize) {
        yield await factsOf(batch)
        batch = []
      }
    }
    if (batch.length > 0) yield await factsOf(batch)
  }
}

async function* entriesOf(folder: string, isRoot: boolean): AsyncGenerator<Dirent, void> {
  try {
    yield* await fs.opendir(folder)
  } catch (error) {
    const code = codeOf(error)
    if (code !== "ENOENT" && (isRoot || code !== "ENOTDIR")) throw error
  }
}

const factsOf = async (files: ReadonlyArray<string>): Promise<ReadonlyArray<ListedFile>> =>
  (await Promise.all(files.map(factsOfOne))).filter((it) => it !== undefined)

const factsOfOne = async (file: string): Promise<ListedFile | undefined> => {
  try {
    const facts = await fs.lstat(file)
    return facts.isFile() ? { path: file, bytes: facts.size, storedAt: Math.floor(facts.mtimeMs) } : undefined
  } catch (error) {
    if (isGone(codeOf(error))) return undefined
    throw error
  }
}

/** Looks into a file; of a large one no more than a chunk is held. */
export const inspectFile = (file: string): Effect.Effect<ImageInspection, typeof StorageFailed.Type> =>
  receiveImage(
    Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => chunksOf(file) }, (error): FileFailure => ({
      _tag: "FileFailure",
      step: "reading",
      code: codeOf(error)
    })),
    () => Effect.void
  ).pipe(
    Effect.map((received): ImageInspection => ({ _tag: "Picture", image: { path: file, ...received } })),
    Effect.catch((problem): Effect.Effect<ImageInspection, typeof StorageFailed.Type> => {
      if (problem._tag === "ImageRejected") return Effect.succeed({ _tag: "NoPicture", reason: problem })
      return isGone(problem.code) ? Effect.succeed({ _tag: "Missing" }) : Effect.fail(storageFailed(problem))
    })
  )

async function* chunksOf(file: string): AsyncGenerator<Uint8Array, void> {
  // A pipe or a device would block, or never end.
  const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    // What is no file has no bytes of a picture.
    if (!(await handle.stat()).isFile()) return
    for (let read = 0; read <= maximumImageBytes;) {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(chunkBytes), 0, chunkBytes)
      if (bytesRead === 0) return
      read += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** Removes a file below the root whose name is wanted. Once begun it is brought to its end. */
export const removeFile = (
  root: string,
  file: string,
  isWanted: (fileName: string) => boolean
): Effect.Effect<ImageRemoval, typeof StorageFailed.Type> =>
  Effect.gen(function* () {
    const relative = path.relative(path.resolve(root), path.resolve(file))
    const fileName = yield* Effect.fromResult(nameBelow(relative.split(path.sep), isWanted))
    const realRoot = yield* fileStep("finding the root", () => fs.realpath(root))
    const folder = yield* fileStep("finding the folder", () => fs.realpath(path.join(realRoot, path.dirname(relative))))
    if (!isWithin(realRoot, folder)) return yield* Effect.fail(leadsOut)
    const place = path.join(folder, fileName)
    const removal = yield* unlinkFile(place)
    // Also where it is gone already: whoever removed it may have been killed before this.
    yield* syncFolder(folder)
    return removal
  }).pipe(
    Effect.catchIf(
      (problem) => problem._tag === "FileFailure" && problem.code === "ENOENT",
      () => Effect.succeed<ImageRemoval>("NotThere")
    ),
    Effect.mapError((problem) => (problem._tag === "FileFailure" ? storageFailed(problem) : problem)),
    Effect.uninterruptible
  )

const unlinkFile = (place: string): Effect.Effect<ImageRemoval, FileFailure | typeof StorageFailed.Type> =>
  Effect.gen(function* () {
    const facts = yield* fileStep("looking", () => fs.lstat(place))
    if (!facts.isFile()) return yield* Effect.fail(noFile)
    yield* fileStep("removing", () => fs.unlink(place))
    return "Removed" as const
  }).pipe(
    Effect.catchIf(
      (problem) => problem._tag === "FileFailure" && problem.code === "ENOENT",
      () => Effect.succeed<ImageRemoval>("NotThere")
    )
  )

const noFile: typeof StorageFailed.Type = {
  _tag: "StorageFailed",
  problem: "PathNotAllowed",
  detail: "the path is that of no plain file"
}
