/**
 * Settings, differences and changes as lines for a person. Pure; there is no key and no secret in any of it.
 */
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { ChangedSetting, SettingLine } from "../../schemas/SettingsChange.ts"
import type { MisspelledVariable } from "../../src/settings/MisspelledVariables.ts"
import { columnLines } from "./Columns.ts"

/** What `settings show` tells. */
export interface SettingsShown {
  readonly file: string
  readonly settings: ReadonlyArray<SettingLine>
  readonly misspelled: ReadonlyArray<MisspelledVariable>
  readonly problems: ReadonlyArray<SettingProblem>
}

/** The table, and below it what is wrong. */
export const settingTable = ({ misspelled, problems, settings }: SettingsShown): ReadonlyArray<string> => [
  ...columnLines([
    ["setting", "value", "source", "default", "variable"],
    ...settings.map((line) => [line.path, line.value, sourceText(line), line.default ?? "", line.variable])
  ]),
  ...misspelled.map(misspelledLine),
  ...problems.map(problemLine)
]

/** What differs from the defaults. */
export const differenceLines = (settings: ReadonlyArray<SettingLine>): ReadonlyArray<string> =>
  settings.length === 0
    ? ["Everything has its default."]
    : columnLines([
        ["setting", "default", "value", "source"],
        ...settings.map((line) => [line.path, line.default ?? "", line.value, sourceText(line)])
      ])

/** What changed, or would change. */
export interface SettingsChangeShown {
  readonly file: string
  readonly isWritten: boolean
  readonly changed: ReadonlyArray<ChangedSetting>
  readonly afterRestart: ReadonlyArray<string>
  /** What stands in the file and has no effect, because something stronger goes over it. */
  readonly overridden: ReadonlyArray<SettingProblem>
}

/** The changes, and when they are taken. */
export const changeLines = (shown: SettingsChangeShown): ReadonlyArray<string> => {
  const waits = new Set(shown.afterRestart)
  const lines = shown.changed.map(({ after, before, path }) => {
    const what = before === undefined || after === undefined ? `${path}: changed` : `${path}: ${before} -> ${after}`
    return waits.has(path) ? `${what} (running programs take it when they start again)` : what
  })
  const end = shown.isWritten ? [`written to ${shown.file}`] : []
  const overridden = shown.overridden.map(({ name, problem }) => `⚠ ${name} ${problem}`)
  return [...(lines.length === 0 ? ["Nothing changes."] : lines), ...overridden, ...end]
}

const sourceText = ({ from, path, source }: SettingLine): string =>
  source === null ? "" : source === "default" || from === null || from === path ? source : `${source} ${from}`

const problemLine = ({ expected, name, problem }: SettingProblem): string =>
  `✖ ${name}: ${problem}, expected ${expected}`

/** Of a variable that sets nothing. */
export const misspelledLine = ({ meant, name }: MisspelledVariable): string =>
  `⚠ ${name} is set and read by nobody: did you mean ${meant}?`
