/**
 * The folder a picture goes into: made where it is missing, and never outside of the root, whatever links lie inside.
 *
 * **Gotchas** The root itself may be a link: that is the host's choice. Somebody who can swap a folder for a link between
 * the check and the use could already write into the root.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { PlainTarget } from "../../src/image/ImagePath.ts"
import { type FileFailure, fileStep, storageFailed } from "../file/FileFailure.ts"
import { syncFolder } from "../file/SyncFolder.ts"

/** Makes the target's folder and answers its real path. **Errors** `StorageFailed`; `PathNotAllowed` if a link leads out. */
export const openFolder = (target: PlainTarget): Effect.Effect<string, typeof StorageFailed.Type> =>
  Effect.gen(function* () {
    yield* makeFolder(path.resolve(target.root))
    const root = yield* fileStep("finding the root", () => fs.realpath(target.root))
    let folder = root
    for (const name of target.folders) {
      const child = path.join(folder, name)
      yield* makeFolder(child)
      folder = yield* fileStep("finding the folder", () => fs.realpath(child))
      if (!isWithin(root, folder)) return yield* Effect.fail(leadsOut)
    }
    return folder
  }).pipe(Effect.mapError((error) => (error._tag === "FileFailure" ? storageFailed(error) : error)))

/** Whether a real path is the root, or below it. */
export const isWithin = (root: string, folder: string): boolean =>
  folder === root || folder.startsWith(root.endsWith(path.sep) ? root : root + path.sep)

/** Makes a folder and those above it, each durable in the one that holds it. */
const makeFolder = (folder: string): Effect.Effect<void, FileFailure> =>
  fileStep("making the folder", () => fs.mkdir(folder)).pipe(
    Effect.catchIf(
      (failure) => failure.code === "ENOENT" && path.dirname(folder) !== folder,
      () =>
        Effect.andThen(
          makeFolder(path.dirname(folder)),
          fileStep("making the folder", () => fs.mkdir(folder))
        )
    ),
    Effect.andThen(Effect.suspend(() => syncFolder(path.dirname(folder)))),
    Effect.catchIf(
      (failure) => failure.code === "EEXIST",
      () => Effect.void
    )
  )

/** A link on the way to a folder leads out of the root. */
export const leadsOut: typeof StorageFailed.Type = {
  _tag: "StorageFailed",
  problem: "PathNotAllowed",
  detail: "the directory leads out of the image directory"
}
