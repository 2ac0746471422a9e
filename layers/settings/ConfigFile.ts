/**
 * `ludeng.config.json` on the disk: read, replaced whole, watched. A crash at any instant leaves the old file or the new one.
 *
 * **Gotchas** Windows knows no file modes: there the folder's own rights must keep others from a file that holds keys.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { ConfigurationError, type SettingProblem } from "../../schemas/Settings.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import type { DocumentEdit, JsonObject, SettingsFile, SettingsFileContents } from "../../src/settings/SettingsFile.ts"
import { noContents } from "../../src/settings/SettingsFile.ts"
import { type FileFailure, fileStep } from "../image/FileFailure.ts"
import { syncFolder } from "../image/ImageFolder.ts"
import { type LockFailed, withFileLock } from "./FileLock.ts"
import { fileChanges } from "./WatchFile.ts"

/** **Units** bytes. */
const maximumBytes = 1_048_576

/** Where the file is. One that is `named` must exist; another may. */
export interface ConfigFileLocation {
  readonly path: string
  readonly isNamed: boolean
}

/** The file as the library sees it. */
export const makeConfigFile = ({ isNamed, path: file }: ConfigFileLocation): SettingsFile => {
  const name = path.basename(file)
  const read = readContents(file)
  return {
    name,
    read: Effect.map(read, (contents) =>
      isNamed && contents.document === undefined && contents.problems.length === 0
        ? { ...contents, problems: [problemOf(file, "can not be found", "the settings file that is named")] }
        : contents
    ),
    edit: (decide) =>
      Effect.gen(function* () {
        const target = yield* realPath(file)
        return yield* withFileLock(target, replace(target, readContents(target), decide))
      }).pipe(
        Effect.mapError((failure) => writeProblem(file, failure)),
        Effect.uninterruptible
      ),
    changes: fileChanges(file)
  }
}

const problemOf = (file: string, problem: string, expected: string): SettingProblem => ({
  name: file,
  problem,
  expected
})

const readContents = (file: string): Effect.Effect<SettingsFileContents> =>
  Effect.promise(async (): Promise<SettingsFileContents> => {
    const unreadable = problemOf(file, "can not be read", "a readable, regular file of at most 1 MiB")
    let text: string
    let mode: number
    try {
      // Looked at before it is opened: a pipe without a writer would hold the program.
      const facts = await fs.stat(file)
      if (!facts.isFile() || facts.size > maximumBytes) return { ...noContents, problems: [unreadable] }
      mode = facts.mode
      text = await fs.readFile(file, "utf8")
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return code === "ENOENT" ? noContents : { ...noContents, problems: [unreadable] }
    }
    const isPrivate = process.platform === "win32" || (mode & 0o077) === 0
    const document = jsonObject(text)
    return document === undefined
      ? {
          document,
          isPrivate,
          problems: [problemOf(file, "is no JSON object", 'one JSON object, as { "deepseek": { "timeout": 30000 } }')]
        }
      : { document, isPrivate, problems: [] }
  })

const jsonObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""))
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

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
