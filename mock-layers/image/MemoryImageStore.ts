/**
 * Pictures in memory, under the paths they would have on disk: the same refusals and the same names as the store on the
 * file system, no I/O. For tests and for `Mock.layer`.
 */
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { joinChunks, receiveImage } from "../../src/image/ImageBytes.ts"
import { candidateNames, imageFileName, plainTarget } from "../../src/image/ImagePath.ts"
import { identifyImage } from "../../src/image/IdentifyImage.ts"
import {
  conditionOf,
  type ImageInspection,
  ImageStore,
  type ImageTarget,
  type ListedImage
} from "../../src/image/ImageStore.ts"
import { formatOfName, nameBelow } from "../../src/image/PictureName.ts"

interface File {
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly storedAt: number
}

/** The store in memory. What it holds lives as long as the layer. */
export const layer: Layer.Layer<ImageStore> = Layer.sync(ImageStore, () => {
  const files = new Map<string, File>()

  const keep = (folder: string, fileName: string, file: File): Effect.Effect<string, typeof StorageFailed.Type> => {
    for (const name of candidateNames(fileName)) {
      const place = `${folder}/${name}`
      const existing = files.get(place)
      if (existing === undefined || existing.sha256 === file.sha256) {
        files.set(place, file)
        return Effect.succeed(place)
      }
    }
    return Effect.fail({ _tag: "StorageFailed", problem: "AlreadyExists", detail: "too many pictures of this name" })
  }

  const inspect = (place: string): Effect.Effect<ImageInspection> =>
    Effect.sync(() => {
      const file = files.get(place)
      if (file === undefined) return { _tag: "Missing" }
      const identity = identifyImage(file.bytes)
      return Result.isFailure(identity)
        ? { _tag: "NoPicture", reason: identity.failure }
        : {
            _tag: "Picture",
            image: { path: place, sha256: file.sha256, bytes: file.bytes.length, ...identity.success }
          }
    })

  return {
    put: Effect.fnUntraced(function* <E>(bytes: Stream.Stream<Uint8Array, E>, target: ImageTarget) {
      const plain = yield* Effect.fromResult(plainTarget(target))
      const chunks: Array<Uint8Array> = []
      const image = yield* receiveImage(bytes, (chunk) => Effect.sync(() => chunks.push(new Uint8Array(chunk))))
      const folder = [plain.root, ...plain.folders].join("/")
      const file = { sha256: image.sha256, bytes: joinChunks(chunks), storedAt: yield* Clock.currentTimeMillis }
      const place = yield* Effect.suspend(() => keep(folder, imageFileName(plain, image), file))
      return { path: place, ...image }
    }),
    prepare: (place) => Effect.asVoid(Effect.fromResult(plainTarget({ ...place, label: "prepare" }))),
    read: (place) =>
      Effect.suspend(() => {
        const file = files.get(place)
        return file === undefined
          ? Effect.fail({ _tag: "StorageFailed", problem: "Other", detail: "no such picture" } as const)
          : Effect.succeed(file.bytes.slice())
      }),
    list: (root) =>
      Stream.suspend(() =>
        Stream.fromIterable(
          [...files].flatMap(([place, { bytes, storedAt }]): ReadonlyArray<ListedImage> => {
            const format = place.startsWith(`${root}/`) ? formatOfName(place) : undefined
            return format === undefined ? [] : [{ path: place, bytes: bytes.length, storedAt, format }]
          })
        )
      ),
    inspect,
    verify: (image) => Effect.map(inspect(image.path), (found) => conditionOf(image, found)),
    remove: (root, place) =>
      Effect.suspend(() => {
        const relative = path.posix.relative(root, place)
        const name = nameBelow(relative.split("/"), (it) => formatOfName(it) !== undefined)
        return Effect.map(Effect.fromResult(name), () => (files.delete(`${root}/${relative}`) ? "Removed" : "NotThere"))
      }),
    // What is being written stands under no name.
    listPartial: () => Stream.empty,
    removePartial: () => Effect.succeed("NotThere")
  }
})
