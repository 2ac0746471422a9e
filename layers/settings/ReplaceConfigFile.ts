/**
 * Writes the settings file: read, decided upon and replaced under one lock, so that no change of another program is lost.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ConfigurationError } from "../../schemas/Settings.ts"
import type { DocumentEdit, SettingsFileContents } from "../../src/settings/SettingsFile.ts"
import { type FileFailure, fileStep } from "../file/FileFailure.ts"
import { type LockFailed, withFileLock } from "../file/FileLock.ts"
import { replaceFile } from "../file/ReplaceFile.ts"
import { problemOf } from "./ConfigFile.ts"

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
  yield* replaceFile(file, `${JSON.stringify(document, undefined, 2)}\n`, mode)
  return { ...before, document }
})

const writeProblem = (file: string, failure: ConfigurationError | FileFailure | LockFailed): ConfigurationError => {
  if (failure._tag === "ConfigurationError") return failure
  const problem =
    failure.code === "EBUSY"
      ? problemOf(file, "is being changed by another program", "another try when that is done")
      : problemOf(file, `can not be written (${failure.code})`, "a folder that can be written to, with room in it")
  return new ConfigurationError({ problems: [problem] })
}
