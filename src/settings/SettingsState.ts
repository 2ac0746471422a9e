/**
 * The settings of a running program as one value: what each source says, what is in force, and what waits for the next
 * start. Pure: a change is decided whole, and taken or refused whole.
 */
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import type { SettingProblem, Settings, SettingsVersion } from "../../schemas/Settings.ts"
import type { ChangedSetting } from "../../schemas/SettingsChange.ts"
import { settingsAtStart } from "./AtStart.ts"
import { mergeEntries, type SettingEntries, type SettingEntry, settingsOf } from "./SettingEntries.ts"
import { shown, valueAt } from "./SettingReport.ts"
import { isSecret, type SettingPath, settingPaths, settingVariables } from "./Variables.ts"

/** What each source says; code goes over the variables, these over the file. */
export interface SettingSources {
  readonly code: SettingEntries
  /** The environment, and `.env` below it. */
  readonly variables: SettingEntries
  readonly file: SettingEntries
}

/** What settings that can be used lack all the same. */
export type SettingsCheck = (settings: Settings) => ReadonlyArray<SettingProblem>

/** The state. `afterRestart` are the settings that a program started now would have. */
export interface SettingsState {
  readonly sources: SettingSources
  readonly inForce: SettingEntries
  readonly version: SettingsVersion
  readonly afterRestart: Settings
}

/** The sources as one. */
export const entriesOfSources = ({ code, file, variables }: SettingSources): SettingEntries =>
  mergeEntries(mergeEntries(file, variables), code)

/** The first state: nothing waits. */
export const firstState = (
  sources: SettingSources,
  problems: ReadonlyArray<SettingProblem>
): Result.Result<SettingsState, ReadonlyArray<SettingProblem>> => {
  const inForce = entriesOfSources(sources)
  return Result.map(settingsOf(inForce, problems), (settings) => ({
    sources,
    inForce,
    version: { version: 1, settings },
    afterRestart: settings
  }))
}

/**
 * The state after the sources have changed. **Errors** every problem of the settings that a start would have, of those in
 * force, and what `check` says of these.
 */
export const nextState = (
  before: SettingsState,
  sources: SettingSources,
  problems: ReadonlyArray<SettingProblem>,
  check: SettingsCheck
): Result.Result<SettingsState, ReadonlyArray<SettingProblem>> =>
  Result.gen(function* () {
    const merged = entriesOfSources(sources)
    const afterRestart = yield* settingsOf(merged, problems)
    const inForce = keptAtStart(before.inForce, merged)
    const settings = yield* settingsOf(inForce)
    const lacking = check(settings)
    if (lacking.length > 0) return yield* Result.fail(lacking)
    return { sources, inForce, version: { version: before.version.version + 1, settings }, afterRestart }
  })

const keptAtStart = (before: SettingEntries, merged: SettingEntries): SettingEntries => {
  const entries = new Map<SettingPath, SettingEntry>(merged)
  for (const path of settingsAtStart) {
    const entry = before.get(path)
    if (entry === undefined) entries.delete(path)
    else entries.set(path, entry)
  }
  return entries
}

/** The places at which two settings differ. */
export const differingPaths = (before: Settings, after: Settings): ReadonlyArray<SettingPath> =>
  settingPaths.filter((path) => !Equal.equals(valueAt(before, path), valueAt(after, path)))

/** The places at which they differ, with both texts; of a secret the place alone. */
export const changedSettings = (before: Settings, after: Settings): ReadonlyArray<ChangedSetting> =>
  differingPaths(before, after).map((path) => {
    const { form } = settingVariables[path]
    const text = (settings: Settings) => shown(form, valueAt(settings, path))
    return isSecret(path) ? { path } : { path, before: text(before), after: text(after) }
  })

/** The places that wait for the next start. */
export const waitingPaths = ({ afterRestart, version }: SettingsState): ReadonlyArray<SettingPath> =>
  differingPaths(version.settings, afterRestart)

/** The problem of a setting that can not change while the program runs. */
export const onlyAtStart = (path: SettingPath): SettingProblem => ({
  name: path,
  problem: "can not change while the program runs",
  expected: `a change of the settings file or of ${settingVariables[path].name}, and a new start`
})
