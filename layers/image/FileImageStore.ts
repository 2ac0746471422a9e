/**
 * Pictures as files. The bytes go to a temporary file beside their place; it is checked, synced, then given its final
 * name, and the folder is synced. After a crash at any instant the final name holds the whole picture or does not exist
 * (a `.partial` file may remain).
 *
 * The final name is given by a hard link, because a rename would overwrite: of two pictures that want one name, the
 * second gets a numbered one, whatever process it comes from. Only a file system without hard links has the file
 * renamed, after a look whether the name is free.
 */
import * as fs from "node:fs/promises"
import { hash } from "node:crypto"
import { constants } from "node:fs"
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { maximumImageBytes, type ReceivedImage, receiveImage } from "../../src/image/ImageBytes.ts"
import { candidateNames, imageFileName, plainTarget } from "../../src/image/ImagePath.ts"
import { conditionOf, ImageStore, type ImageTarget, type ListedImage } from "../../src/image/ImageStore.ts"
import { formatOfName, isPartialName, partialNameOf } from "../../src/image/PictureName.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { type FileFailure, fileStep, storageFailed } from "../file/FileFailure.ts"
import { syncFolder } from "../file/SyncFolder.ts"
import { openFolder } from "./ImageFolder.ts"
import { findFiles, inspectFile, removeFile } from "./PictureFiles.ts"

interface Temporary {
  readonly path: string
  readonly handle: fs.FileHandle
}

/** The store on the file system. */
export const layer: Layer.Layer<ImageStore> = Layer.succeed(ImageStore, {
  put: Effect.fnUntraced(function* <E>(bytes: Stream.Stream<Uint8Array, E>, target: ImageTarget) {
    const plain = yield* Effect.fromResult(plainTarget(target))
    const folder = yield* openFolder(plain)
    return yield* Effect.acquireUseRelease(
      Effect.mapError(createTemporary(folder), storageFailed),
      Effect.fnUntraced(function* ({ handle, path: temporary }) {
        const image = yield* receiveImage(bytes, (chunk) => stored("writing", () => handle.writeFile(chunk)))
        yield* stored("syncing", () => handle.sync())
        yield* stored("closing", () => handle.close())
        const name = yield* Effect.uninterruptible(publish(folder, temporary, imageFileName(plain, image), image))
        return { path: path.join(plain.root, ...plain.folders, name), ...image }
      }),
      removeTemporary
    )
  }),
  prepare: Effect.fnUntraced(function* (place) {
    const folder = yield* openFolder(yield* Effect.fromResult(plainTarget({ ...place, label: "prepare" })))
    yield* Effect.acquireUseRelease(
      Effect.mapError(createTemporary(folder), storageFailed),
      ({ handle }) => stored("writing", () => handle.writeFile("room for a picture")),
      removeTemporary
    )
  }),
  read: (file) =>
    stored("reading", async () => {
      // A pipe or a device would block, or never end.
      const handle = await fs.open(file, constants.O_RDONLY | constants.O_NONBLOCK)
      try {
        const facts = await handle.stat()
        if (!facts.isFile() || facts.size > maximumImageBytes) throw new RangeError("no picture of ours")
        return new Uint8Array(await handle.readFile())
      } finally {
        await handle.close()
      }
    }),
  list: (root) =>
    findFiles(root, isPictureName).pipe(
      Stream.map((file): ListedImage => ({ ...file, format: formatOfName(file.path) ?? "png" }))
    ),
  inspect: inspectFile,
  verify: (image) => Effect.map(inspectFile(image.path), (found) => conditionOf(image, found)),
  remove: (root, file) => removeFile(root, file, isPictureName),
  listPartial: (root) => findFiles(root, isPartialName),
  removePartial: (root, file) => removeFile(root, file, isPartialName)
})

const isPictureName = (fileName: string): boolean => formatOfName(fileName) !== undefined

const stored = <A>(step: string, run: () => Promise<A>): Effect.Effect<A, typeof StorageFailed.Type> =>
  Effect.mapError(fileStep(step, run), storageFailed)

const createTemporary = (folder: string): Effect.Effect<Temporary, FileFailure> =>
  Effect.flatMap(makeIdentifier("image"), (name) => {
    const file = path.join(folder, partialNameOf(name))
    return Effect.map(
      fileStep("creating a file", () => fs.open(file, "wx")),
      (handle) => ({ path: file, handle })
    )
  }).pipe(Effect.retry({ times: 10, while: (failure) => failure.code === "EEXIST" }))

/** Closing first: a write that was interrupted is waited for. What is closed or gone already is left at that. */
const removeTemporary = (temporary: Temporary): Effect.Effect<void> =>
  Effect.andThen(
    Effect.ignore(fileStep("closing", () => temporary.handle.close())),
    Effect.ignore(fileStep("removing", () => fs.unlink(temporary.path)))
  )

/** Gives the file the first free name, or that of an equal picture, and answers the name. */
const publish = (
  folder: string,
  temporary: string,
  fileName: string,
  image: ReceivedImage
): Effect.Effect<string, typeof StorageFailed.Type> =>
  Effect.gen(function* () {
    for (const name of candidateNames(fileName)) {
      const file = path.join(folder, name)
      const isNew = yield* nameFile(temporary, file)
      if (isNew) {
        yield* Effect.ignore(fileStep("removing", () => fs.unlink(temporary)))
        yield* Effect.onError(syncFolder(folder), () => Effect.ignore(fileStep("removing", () => fs.unlink(file))))
        return name
      }
      if (yield* isSameFile(file, image)) {
        yield* renew(file)
        yield* syncFolder(folder)
        return name
      }
    }
    return yield* Effect.fail<FileFailure>({ _tag: "FileFailure", step: "naming", code: "EEXIST" })
  }).pipe(Effect.mapError(storageFailed))

/** The file is stored anew, and is not to go before its time. One that is not ours to touch keeps its first time. */
const renew = (file: string): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    Effect.ignore(fileStep("renewing", () => fs.utimes(file, now / 1000, now / 1000)))
  )

const withoutHardLinks: ReadonlyArray<string> = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]

/** Answers whether the name was free. */
const nameFile = (temporary: string, file: string): Effect.Effect<boolean, FileFailure> =>
  fileStep("naming", () => fs.link(temporary, file)).pipe(
    Effect.catchIf(
      (failure) => withoutHardLinks.includes(failure.code),
      () => renameIfFree(temporary, file)
    ),
    Effect.as(true),
    Effect.catchIf(
      (failure) => failure.code === "EEXIST",
      () => Effect.succeed(false)
    )
  )

const renameIfFree = (temporary: string, file: string): Effect.Effect<void, FileFailure> =>
  fileStep("looking", () => fs.lstat(file)).pipe(
    Effect.flatMap(() => Effect.fail<FileFailure>({ _tag: "FileFailure", step: "naming", code: "EEXIST" })),
    Effect.catchIf(
      (failure) => failure.code === "ENOENT",
      () => fileStep("naming", () => fs.rename(temporary, file))
    )
  )

const isSameFile = (file: string, image: ReceivedImage): Effect.Effect<boolean, FileFailure> =>
  fileStep("comparing", async () => {
    const facts = await fs.lstat(file)
    return (
      facts.isFile() && facts.size === image.bytes && hash("sha256", await fs.readFile(file), "hex") === image.sha256
    )
  })
