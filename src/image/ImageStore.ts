/**
 * Keeps pictures: a file appears under its final name whole and verified, or not at all.
 *
 * Layers: file system (temporary file, fsync, final name, fsync of the folder), memory.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { StoredImage } from "../../schemas/Image.ts"
import type { ImageRejected, StorageFailed } from "../../schemas/Reason.ts"

/** Where a picture goes. Its names are checked by `ImagePath.ts`, its bounds are in `ImageBytes.ts` and `IdentifyImage.ts`. */
export interface ImageTarget {
  /** The root below which the file must be. */
  readonly root: string
  /** A folder below the root. */
  readonly directory?: string
  /** A plain file name, given the extension of its bytes; default `{first 16 hex digits of the hash}-{label}.{extension}`. */
  readonly fileName?: string
  /** Told apart in the default name: the job's id. */
  readonly label: string
}

/** Why a picture could not be stored; never a provider's failure. */
export type StoreFailure = typeof StorageFailed.Type | typeof ImageRejected.Type

/**
 * The service.
 *
 * **Errors** `ImageRejected` when the bytes are no PNG, JPEG or WebP, or too large; `StorageFailed` when the disk, the
 * path or the name refuses; whatever the stream of bytes fails with. In each case no file remains.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 * import { ImageStore } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const text = Stream.succeed(new TextEncoder().encode("no picture"))
 * const put = ImageStore.use((it) => it.put(text, { root: "images", label: "job-1" }))
 * const problem = await Effect.runPromise(put.pipe(Effect.flip, Effect.provide(Mock.layer)))
 * problem._tag // => "ImageRejected"
 * ```
 */
export class ImageStore extends Context.Service<
  ImageStore,
  {
    readonly put: <E>(
      bytes: Stream.Stream<Uint8Array, E>,
      target: ImageTarget
    ) => Effect.Effect<StoredImage, StoreFailure | E>
    /** Refuses what `put` would refuse for the place's sake (missing rights, no space for a name), before paying. */
    readonly prepare: (place: Pick<ImageTarget, "root" | "directory">) => Effect.Effect<void, typeof StorageFailed.Type>
    /** The bytes of a stored picture. */
    readonly read: (path: string) => Effect.Effect<Uint8Array, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/image/ImageStore") {}
