/**
 * Pictures in memory, under the paths they would have on disk: the same refusals and the same names as the store on the
 * file system, no I/O, no clock. For tests and for `Mock.layer`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { joinChunks, receiveImage } from "../../src/image/ImageBytes.ts"
import { candidateNames, imageFileName, plainTarget } from "../../src/image/ImagePath.ts"
import { ImageStore, type ImageTarget } from "../../src/image/ImageStore.ts"

interface File {
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** The store in memory. What it holds lives as long as the layer. */
export const layer: Layer.Layer<ImageStore> = Layer.sync(ImageStore, () => {
  const files = new Map<string, File>()

  const keep = (folder: string, fileName: string, file: File): Effect.Effect<string, typeof StorageFailed.Type> => {
    for (const name of candidateNames(fileName)) {
      const path = `${folder}/${name}`
      const existing = files.get(path)
      if (existing === undefined) files.set(path, file)
      if (existing === undefined || existing.sha256 === file.sha256) return Effect.succeed(path)
    }
    return Effect.fail({ _tag: "StorageFailed", problem: "AlreadyExists", detail: "too many pictures of this name" })
  }

  return {
    put: Effect.fnUntraced(function* <E>(bytes: Stream.Stream<Uint8Array, E>, target: ImageTarget) {
      const plain = yield* Effect.fromResult(plainTarget(target))
      const chunks: Array<Uint8Array> = []
      const image = yield* receiveImage(bytes, (chunk) => Effect.sync(() => chunks.push(new Uint8Array(chunk))))
      const folder = [plain.root, ...plain.folders].join("/")
      const file = { sha256: image.sha256, bytes: joinChunks(chunks) }
      const path = yield* Effect.suspend(() => keep(folder, imageFileName(plain, image), file))
      return { path, ...image }
    }),
    prepare: (place) => Effect.asVoid(Effect.fromResult(plainTarget({ ...place, label: "prepare" }))),
    read: (path) =>
      Effect.suspend(() => {
        const file = files.get(path)
        return file === undefined
          ? Effect.fail({ _tag: "StorageFailed", problem: "Other", detail: "no such picture" } as const)
          : Effect.succeed(file.bytes.slice())
      })
  }
})
