/**
 * Keeps pictures: a file appears under its final name whole and verified, or not at all; and tells what it keeps.
 *
 * Layers: file system (temporary file, fsync, final name, fsync of the folder), memory.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { ImageFormat, StoredImage } from "../../schemas/Image.ts"
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

/** A file below the root. **Units** `bytes` its size, `storedAt` milliseconds since 1970. */
export interface ListedFile {
  readonly path: string
  readonly bytes: number
  readonly storedAt: number
}

/** A picture below the root; its format is that of its name, and nobody has looked at its bytes. */
export interface ListedImage extends ListedFile {
  readonly format: ImageFormat
}

/** Whether a file still holds what was stored in it. `Changed`: it holds something else, or is no file any more. */
export type ImageCondition = "Intact" | "Missing" | "Changed"

/** What a file holds. */
export type ImageInspection =
  | { readonly _tag: "Picture"; readonly image: StoredImage }
  | { readonly _tag: "NoPicture"; readonly reason: typeof ImageRejected.Type }
  | { readonly _tag: "Missing" }

/** What an inspection means for a picture that was stored. */
export const conditionOf = ({ bytes, sha256 }: StoredImage, found: ImageInspection): ImageCondition => {
  if (found._tag === "Missing") return "Missing"
  return found._tag === "Picture" && found.image.sha256 === sha256 && found.image.bytes === bytes ? "Intact" : "Changed"
}

/** What came of removing a file. */
export type ImageRemoval = "Removed" | "NotThere"

/** Why a picture could not be stored; never a provider's failure. */
export type StoreFailure = typeof StorageFailed.Type | typeof ImageRejected.Type

/**
 * The service.
 *
 * **Errors** `ImageRejected` when the bytes are no PNG, JPEG or WebP, or too large; `StorageFailed` when the disk, the
 * path or the name refuses; whatever the stream of bytes fails with. In each case no file remains. All else fails with
 * `StorageFailed` alone.
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
    /**
     * The pictures below a root, in no order, as they are found: a folder of any size is never held in memory as a whole.
     * Files of other names, links, and what is still being written are passed over; a root that is not there has none.
     */
    readonly list: (root: string) => Stream.Stream<ListedImage, typeof StorageFailed.Type>
    /** What a file holds, whatever its name says. */
    readonly inspect: (path: string) => Effect.Effect<ImageInspection, typeof StorageFailed.Type>
    /** Whether the file of a picture still holds the bytes that were stored. */
    readonly verify: (image: StoredImage) => Effect.Effect<ImageCondition, typeof StorageFailed.Type>
    /**
     * Removes a picture, for good also after a crash. What is not there need not be removed: that succeeds too, and says
     * so. `PathNotAllowed` for a path that is not below the root, for a folder, a link, and for any name but a picture's.
     */
    readonly remove: (root: string, path: string) => Effect.Effect<ImageRemoval, typeof StorageFailed.Type>
    /** The pictures that are being written, and those that a killed process has left half-written. As `list`. */
    readonly listPartial: (root: string) => Stream.Stream<ListedFile, typeof StorageFailed.Type>
    /** Removes one of them. As `remove`. */
    readonly removePartial: (root: string, path: string) => Effect.Effect<ImageRemoval, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/image/ImageStore") {}
