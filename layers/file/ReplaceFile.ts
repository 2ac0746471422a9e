/**
 * Replaces a file whole: a temporary file beside it, synced and renamed. A crash at any instant leaves the old file or the
 * new one; a `.partial` that a killed writer left is removed by the next.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { type FileFailure, fileStep } from "./FileFailure.ts"
import { syncFolder } from "./SyncFolder.ts"

/** To be called by one program at a time: under the lock (`FileLock.ts`). **Errors** `FileFailure`; nothing was changed. */
export const replaceFile = (file: string, text: string, mode = 0o600): Effect.Effect<void, FileFailure> =>
  Effect.gen(function* () {
    const folder = path.dirname(file)
    const prefix = `.${path.basename(file)}.`
    yield* removePartials(folder, prefix)
    const temporary = path.join(folder, `${prefix}${yield* makeIdentifier("new")}.partial`)
    yield* Effect.andThen(
      writeNew(temporary, text, mode),
      fileStep("naming", () => fs.rename(temporary, file))
    ).pipe(Effect.onError(() => Effect.ignore(fileStep("removing", () => fs.unlink(temporary)))))
    yield* syncFolder(folder)
  }).pipe(Effect.uninterruptible)

const writeNew = (temporary: string, text: string, mode: number): Effect.Effect<void, FileFailure> =>
  Effect.acquireUseRelease(
    fileStep("creating a file", () => fs.open(temporary, "wx", 0o600)),
    (handle) =>
      fileStep("writing", async () => {
        await handle.writeFile(text)
        if (mode !== 0o600) await handle.chmod(mode)
        await handle.sync()
      }),
    (handle) => fileStep("closing", () => handle.close())
  )

/** Those of writers that were killed: we are the only one now. */
const removePartials = (folder: string, prefix: string): Effect.Effect<void, FileFailure> =>
  fileStep("removing", async () => {
    const names = await fs.readdir(folder)
    const left = names.filter((name) => name.startsWith(prefix) && name.endsWith(".partial"))
    await Promise.all(left.map((name) => fs.rm(path.join(folder, name), { force: true })))
  })
