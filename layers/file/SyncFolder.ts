/**
 * Makes the names in a folder durable. Windows can not and need not sync a folder, and some file systems have no such thing
 * (`EINVAL`).
 */
import * as fs from "node:fs/promises"
import * as Effect from "effect/Effect"
import { type FileFailure, fileStep } from "./FileFailure.ts"

/** The names in a folder are durable afterwards. **Errors** `FileFailure`. */
export const syncFolder = (folder: string): Effect.Effect<void, FileFailure> =>
  process.platform === "win32"
    ? Effect.void
    : fileStep("syncing the folder", async () => {
        const handle = await fs.open(folder, "r")
        try {
          await handle.sync()
        } finally {
          await handle.close()
        }
      }).pipe(
        Effect.catchIf(
          (failure) => failure.code === "EINVAL",
          () => Effect.void
        )
      )
