/**
 * What a patch makes of the settings file, or why it is refused: the whole of it, with every problem. Pure; the file is
 * replaced by whoever asks.
 */
import * as Result from "effect/Result"
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { SettingsPatch } from "../../schemas/SettingsChange.ts"
import { type SettingEntries, type SettingEntry, settingsOf } from "./SettingEntries.ts"
import { entriesOfFile, type JsonObject, type SettingsFileContents } from "./SettingsFile.ts"
import { partsOfPatch, patched } from "./SettingsPatch.ts"
import { entriesOfSources, type SettingsCheck, type SettingSources } from "./SettingsState.ts"
import { isSecret, type SettingPath, settingVariables } from "./Variables.ts"

/** The sources that go over the file. */
export type StrongerSources = Omit<SettingSources, "file">

/**
 * The document after the patch.
 *
 * **Errors** a file that can not be read, fields that do not exist, values that can not be used (also those that the file
 * had before), a field that a stronger source fixes, a key or secret: these are never written.
 */
export const decideSave = (
  contents: SettingsFileContents,
  patch: SettingsPatch,
  stronger: StrongerSources,
  check: SettingsCheck = () => []
): Result.Result<JsonObject, ReadonlyArray<SettingProblem>> => {
  if (contents.problems.length > 0) return Result.fail(contents.problems)
  const parts = partsOfPatch(patch)
  const before = entriesOfFile(contents).entries
  const fixed = [...parts.given.keys(), ...[...parts.removed].filter((path) => !before.has(path))].flatMap((path) => {
    const entry = stronger.code.get(path) ?? stronger.variables.get(path)
    return entry === undefined ? [] : [fixedBy(path, entry)]
  })
  const secrets = [...parts.given.keys()].filter(isSecret).map(neverWritten)
  const document = patched(contents.document ?? {}, parts)
  const refused = new Set<SettingPath>([...parts.given.keys()].filter(isSecret))
  const { entries, problems } = entriesOfFile({ ...contents, document })
  const file: SettingEntries = new Map([...entries].filter(([path]) => !refused.has(path)))
  const found = [...parts.problems, ...fixed, ...secrets, ...problems]
  return Result.flatMap(settingsOf(entriesOfSources({ ...stronger, file }), found), (settings) => {
    const lacking = check(settings)
    return lacking.length > 0 ? Result.fail(lacking) : Result.succeed(document)
  })
}

const places = { code: "the program's code", environment: "the environment", ".env": ".env" } as const

/** Names the source that goes over the file, and its variable. */
export const fixedBy = (path: SettingPath, { name, source }: Pick<SettingEntry, "name" | "source">): SettingProblem => {
  const place = places[source as keyof typeof places]
  const where = source === "code" ? `${place} or a flag` : `${name} in ${place}`
  return {
    name: path,
    problem: `is fixed by ${where}, which goes over the settings file`,
    expected: `a change there, or that it is taken out there first`
  }
}

const neverWritten = (path: SettingPath): SettingProblem => ({
  name: path,
  problem: "is a secret, and is not written into the settings file",
  expected: path.endsWith("apiKey")
    ? `a key in the vault (ludeng keys add), or ${settingVariables[path].name}`
    : settingVariables[path].name
})
