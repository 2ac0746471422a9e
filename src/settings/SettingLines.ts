/**
 * The settings as a report that can be shown to anybody and sent as JSON: each with its value, its source, its default, and
 * what waits for the next start. Pure.
 */
import * as Schema from "effect/Schema"
import { Settings } from "../../schemas/Settings.ts"
import type { SettingLine } from "../../schemas/SettingsChange.ts"
import { settingsAtStart } from "./AtStart.ts"
import { shown, valueAt } from "./SettingReport.ts"
import { type SettingsState, waitingPaths } from "./SettingsState.ts"
import { isSecret, settingPaths, settingVariables } from "./Variables.ts"

const defaults = Schema.decodeUnknownSync(Settings)({})

/** Every setting, in the order of the table. */
export const settingLines = (state: SettingsState): ReadonlyArray<SettingLine> => {
  const waiting = new Set(waitingPaths(state))
  return settingPaths.map((path) => {
    const { form, name } = settingVariables[path]
    const text = (settings: Settings): string => shown(form, valueAt(settings, path))
    const { settings } = state.version
    const entry = state.inForce.get(path)
    const hasValue = valueAt(settings, path) !== undefined
    return {
      path,
      variable: name,
      value: text(settings),
      source: hasValue ? (entry?.source ?? "default") : null,
      from: hasValue ? (entry?.name ?? null) : null,
      default: valueAt(defaults, path) === undefined ? null : text(defaults),
      isSecret: isSecret(path),
      changes: settingsAtStart.has(path) ? "restart" : "running",
      ...(waiting.has(path) ? { afterRestart: text(state.afterRestart) } : {})
    }
  })
}
