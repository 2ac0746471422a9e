/**
 * Writes the settings file: under a lock, to a temporary file, and renamed. A crash at any instant leaves the old file or
 * the new one; what a killed writer left is removed by the next.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import type { DocumentEdit, SettingsFileContents } from "../../src/settings/SettingsFile.ts"
import { type FileFailure, fileStep } from "../image/FileFailure.ts"
import { syncFolder } from "../image/ImageFolder.ts"
import { problemOf } from "./ConfigFile.ts"
import { type LockFailed, withFileLock } from "./FileLock.ts"

type Read = (file: string) => Effect.Effect<SettingsFileContents>

/**
 * Reads, decides and replaces the file as its only writer. Its mode stays; a new one is for its owner alone.
 *
 * **Errors** `ConfigurationError`: what the decision refuses, or that the file can not be written.
 */
export const replaceConfigFile = (
  file: string,
  read: Read,
  decide: DocumentEdit
): Effect.Effect<SettingsFileContents, ConfigurationError> =>
  Effect.gen(function* () {
    const target = yield* realPath(file)
    return yield* withFileLock(target, replace(target, read(target), decide))
  }).pipe(
    Effect.mapError((failure) => writeProblem(file, failure)),
    Effect.uninterruptible
  )

/** A link stays one: what it leads to is replaced. */
const realPath = (file: string): Effect.Effect<string, FileFailure> =>
  fileStep("finding the file", () => fs.realpath(file)).pipe(
    Effect.catchIf(
      ({ code }) => code === "ENOENT",
      () => Effect.succeed(path.resolve(file))
    )
  )

const replace = Effect.fnUntraced(function* (
  file: string,
  read: Effect.Effect<SettingsFileContents>,
  decide: DocumentEdit
) {
  const before = yield* read
  const decided = decide(before)
  if (Result.isFailure(decided)) return yield* new ConfigurationError({ problems: [...decided.failure] })
  const document = decided.success
  const mode = before.document === undefined ? 0o600 : (yield* fileStep("looking", () => fs.stat(file))).mode & 0o777
  const folder = path.dirname(file)
  const prefix = `.${path.basename(file)}.`
  yield* removePartials(folder, prefix)
  const temporary = path.join(folder, `${prefix}${yield* makeIdentifier("settings")}.partial`)
  yield* Effect.andThen(
    writeNew(temporary, `${JSON.stringify(document, undefined, 2)}\n`, mode),
    fileStep("naming", () => fs.rename(temporary, file))
  ).pipe(Effect.onError(() => Effect.ignore(fileStep("removing", () => fs.unlink(temporary)))))
  yield* syncFolder(folder)
  return { ...before, document }
})

const writeNew = (temporary: string, text: string, mode: number): Effect.Effect<void, FileFailure> =>
  Effect.acquireUseRelease(
    fileStep("creating a file", () => fs.open(temporary, "wx", 0o600)),
    (handle) =>
      fileStep("writing", async () => {
        await handle.writeFile(text)
        await handle.chmod(mode)
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

const writeProblem = (file: string, failure: ConfigurationError | FileFailure | LockFailed): ConfigurationError => {
  if (failure._tag === "ConfigurationError") return failure
  const problem =
    failure.code === "EBUSY"
      ? problemOf(file, "is being changed by another program", "another try when that is done")
      : problemOf(file, `can not be written (${failure.code})`, "a folder that can be written to, with room in it")
  return new ConfigurationError({ problems: [problem] })
}
