/**
 * The file of the settings, as the library sees it: what stands in it, how it is changed, and when to look again. On a disk
 * it is `ludeng.config.json`; tests and `Mock` have one in memory.
 */
import * as Redacted from "effect/Redacted"
import type * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import type * as Stream from "effect/Stream"
import type { ConfigurationError, SettingProblem } from "../../schemas/Settings.ts"
import { type DocumentEntries, entriesOfDocument, type SettingEntry } from "./SettingEntries.ts"
import { isSecret, type SettingPath, settingVariables } from "./Variables.ts"

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>

/**
 * What was read. `document` is `undefined` where there is no file, or none that can be read; the latter is among
 * `problems`. `isPrivate` says that nobody but the owner can read it.
 */
export interface SettingsFileContents {
  readonly document: JsonObject | undefined
  readonly isPrivate: boolean
  readonly problems: ReadonlyArray<SettingProblem>
}

/** What becomes of the document, or why it stays as it is. */
export type DocumentEdit = (before: SettingsFileContents) => Result.Result<JsonObject, ReadonlyArray<SettingProblem>>

/**
 * The file.
 *
 * **Details** `edit` reads, decides and replaces the file as the only writer of all programs: of two changes at once none is
 * lost, and a crash leaves the old file or the new one. `changes` says that the file may have changed: look again.
 *
 * **Errors** `edit` fails with `ConfigurationError`: what the decision refuses, or that the file can not be written.
 */
export interface SettingsFile {
  readonly name: string
  readonly read: Effect.Effect<SettingsFileContents>
  readonly edit: (decide: DocumentEdit) => Effect.Effect<SettingsFileContents, ConfigurationError>
  readonly changes: Stream.Stream<void>
}

/** The contents where there is no file. */
export const noContents: SettingsFileContents = { document: undefined, isPrivate: true, problems: [] }

/**
 * The entries of a file. `$schema` is for editors, and no setting. A key or secret in a file that others can read is a
 * problem, and is not used.
 */
export const entriesOfFile = ({ document, isPrivate, problems }: SettingsFileContents): DocumentEntries => {
  const { $schema: _, ...settings } = document ?? {}
  const read = entriesOfDocument(settings, "file")
  const entries = new Map<SettingPath, SettingEntry>()
  const exposed: Array<SettingProblem> = []
  for (const [path, entry] of read.entries) {
    if (isSecret(path) && !isPrivate && Redacted.isRedacted(entry.value)) exposed.push(exposedSecret(path))
    else entries.set(path, entry)
  }
  return { entries, problems: [...problems, ...read.problems, ...exposed] }
}

const exposedSecret = (path: SettingPath): SettingProblem => ({
  name: path,
  problem: "stands in the settings file, which others than its owner can read",
  expected: `a settings file of mode 0600, or ${settingVariables[path].name}${path.endsWith("apiKey") ? ", or a key in the vault" : ""}`
})
