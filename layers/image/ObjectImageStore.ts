/**
 * Pictures in a store of objects: S3 and its like, a database, a map. A host gives the four things that such a store can
 * do; names, refusals, verification and the facts of a picture are decided here, as on the file system.
 *
 * The whole picture is in memory until it is known to be one: a bucket never sees half a picture.
 */
import { hash } from "node:crypto"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { identifyImage } from "../../src/image/IdentifyImage.ts"
import { joinChunks, receiveImage } from "../../src/image/ImageBytes.ts"
import { candidateNames, imageFileName, plainTarget } from "../../src/image/ImagePath.ts"
import {
  conditionOf,
  type ImageInspection,
  type ImageStore,
  type ImageTarget,
  type ListedFile,
  type ListedImage
} from "../../src/image/ImageStore.ts"
import { formatOfName, nameBelow } from "../../src/image/PictureName.ts"

/** An object to be kept. `sha256` is that of its bytes, in hex; keep it beside them. */
export interface NewObject {
  readonly name: string
  readonly bytes: Uint8Array
  readonly sha256: string
}

/**
 * A store of objects, whose names are paths with `/`.
 *
 * **Details** `put` writes the object whole or not at all. Where one of this name has the same `sha256` it is written
 * again, and is as new as on the first day; where it has another, it stays and the answer is `Different`. With S3: a `PUT`
 * with `If-None-Match: *`; after 412 a `HEAD` for the hash that is kept as metadata; then a plain `PUT`, or `Different`.
 * `list` gives what begins with a prefix, page by page; `remove` tells whether something was there.
 *
 * **Errors** `StorageFailed`, with `problem` `Other` unless another word fits. Put no key and no URL into its `detail`.
 */
export interface ObjectBucket {
  readonly put: (object: NewObject) => Effect.Effect<"Stored" | "Different", typeof StorageFailed.Type>
  readonly get: (name: string) => Effect.Effect<Uint8Array | undefined, typeof StorageFailed.Type>
  readonly list: (prefix: string) => Stream.Stream<ListedFile, typeof StorageFailed.Type>
  readonly remove: (name: string) => Effect.Effect<boolean, typeof StorageFailed.Type>
}

const failed = (problem: (typeof StorageFailed.Type)["problem"], detail: string) =>
  Effect.fail({ _tag: "StorageFailed", problem, detail } as const)

/** The image store over a bucket. */
export const makeObjectImageStore = (bucket: ObjectBucket): ImageStore["Service"] => {
  const keep = Effect.fnUntraced(function* (folder: string, fileName: string, sha256: string, bytes: Uint8Array) {
    for (const candidate of candidateNames(fileName)) {
      const name = `${folder}/${candidate}`
      if ((yield* bucket.put({ name, bytes, sha256 })) === "Stored") return name
    }
    return yield* failed("AlreadyExists", "too many pictures of this name")
  })

  const inspect = (place: string): Effect.Effect<ImageInspection, typeof StorageFailed.Type> =>
    Effect.map(bucket.get(place), (bytes) => {
      if (bytes === undefined) return { _tag: "Missing" }
      const identity = identifyImage(bytes)
      if (Result.isFailure(identity)) return { _tag: "NoPicture", reason: identity.failure }
      const sha256 = hash("sha256", bytes, "hex")
      return { _tag: "Picture", image: { path: place, sha256, bytes: bytes.length, ...identity.success } }
    })

  return {
    put: Effect.fnUntraced(function* <E>(bytes: Stream.Stream<Uint8Array, E>, target: ImageTarget) {
      const plain = yield* Effect.fromResult(plainTarget(target))
      const chunks: Array<Uint8Array> = []
      const image = yield* receiveImage(bytes, (chunk) => Effect.sync(() => chunks.push(new Uint8Array(chunk))))
      const folder = [plain.root, ...plain.folders].join("/")
      return { path: yield* keep(folder, imageFileName(plain, image), image.sha256, joinChunks(chunks)), ...image }
    }),
    prepare: (place) => Effect.asVoid(Effect.fromResult(plainTarget({ ...place, label: "prepare" }))),
    read: (place) =>
      Effect.flatMap(bucket.get(place), (bytes) =>
        bytes === undefined ? failed("Other", "no such picture") : Effect.succeed(bytes)
      ),
    list: (root) =>
      bucket.list(`${root}/`).pipe(
        Stream.flatMap((found): Stream.Stream<ListedImage> => {
          const format = formatOfName(found.path)
          return format === undefined ? Stream.empty : Stream.succeed({ ...found, format })
        })
      ),
    inspect,
    verify: (image) => Effect.map(inspect(image.path), (found) => conditionOf(image, found)),
    remove: (root, place) =>
      Effect.suspend(() => {
        const relative = path.posix.relative(root, place)
        const name = nameBelow(relative.split("/"), (it) => formatOfName(it) !== undefined)
        const removed = Effect.andThen(Effect.fromResult(name), bucket.remove(`${root}/${relative}`))
        return Effect.map(removed, (wasThere) => (wasThere ? "Removed" : "NotThere"))
      }),
    // What is being written stands under no name.
    listPartial: () => Stream.empty,
    removePartial: () => Effect.succeed("NotThere")
  }
}
