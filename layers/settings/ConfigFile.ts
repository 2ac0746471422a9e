/**
 * `ludeng.config.json` on the disk: read, and watched. How it is written is `ReplaceConfigFile.ts`'s.
 *
 * **Gotchas** Windows knows no file modes: there the folder's own rights must keep others from a file that holds keys.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { JsonObject, SettingsFile, SettingsFileContents } from "../../src/settings/SettingsFile.ts"
import { noContents } from "../../src/settings/SettingsFile.ts"
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
    // Loaded only by whoever writes: it needs a lock.
    edit: (decide) =>
      Effect.flatMap(
        Effect.promise(() => import("./ReplaceConfigFile.ts")),
        ({ replaceConfigFile }) => replaceConfigFile(file, readContents, decide)
      ),
    changes: fileChanges(file)
  }
}

/** A problem of the file as a whole. */
export const problemOf = (file: string, problem: string, expected: string): SettingProblem => ({
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
