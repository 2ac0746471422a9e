/**
 * The settings as they may be shown to a person: each with its variable, its value and where that came from. A key or
 * secret is only ever "set" or "missing".
 */
import * as Duration from "effect/Duration"
import { type RateLimit, rateLimitList, type RateLimits } from "../../schemas/RateLimit.ts"
import type { PriceTable } from "../../schemas/PriceTable.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { windowText } from "./RateLimitProblems.ts"
import type { SettingSource } from "../../schemas/SettingsChange.ts"
import type { SettingEntries } from "./SettingEntries.ts"
import { type SettingPath, settingPaths, settingVariables } from "./Variables.ts"
import { isSecretForm, type VariableForm } from "./VariableForm.ts"

/**
 * One setting. `name` is its variable; `value` is in the variable's form. Where there is none it is `"unset"`, or
 * `"missing"` for a key, and has no source.
 */
export interface SettingReport {
  readonly name: string
  readonly value: string
  readonly source: SettingSource | null
}

/** Every setting, in the order of the table. `entries` are what the settings were made of. */
export const settingReports = (settings: Settings, entries: SettingEntries): ReadonlyArray<SettingReport> =>
  settingPaths.map((path) => {
    const { name, form } = settingVariables[path]
    const value = valueAt(settings, path)
    const source = value === undefined ? null : (entries.get(path)?.source ?? "default")
    // Where no fallback is named, its key is not missed.
    const isIdle = path === "nanobanana.fallback.apiKey" && settings.nanobanana.fallback.protocol === undefined
    return { name, value: value === undefined && isIdle ? "unset" : shown(form, value), source }
  })

/** The value at a place of the settings. */
export const valueAt = (settings: Settings, path: SettingPath): unknown =>
  path.split(".").reduce<unknown>((node, field) => (node as Record<string, unknown> | undefined)?.[field], settings)

/** A value as it may be shown, in the form of its variable. */
export const shown = (form: VariableForm, value: unknown): string => {
  if (form === "key") return value === undefined ? "missing" : "set"
  if (value === undefined) return "unset"
  if (isSecretForm(form)) return "set"
  if (Duration.isDuration(value)) return String(Duration.toMillis(value))
  if (form === "dollars" || (form === "budget" && value !== "none")) return String(Number(value) / 1_000_000)
  if (form === "priceFile") return `as of ${(value as PriceTable).asOf}`
  if (form === "rateLimits") return rateLimitsText(value as RateLimits)
  return Array.isArray(value) ? value.join(", ") : String(value)
}

/** Limits in the form of their variable: `20/minute, 100/hour`; `none` where there are none. */
export const rateLimitsText = (limits: RateLimits): string => {
  const texts = rateLimitList(limits).map(rate)
  return texts.length === 0 ? "none" : texts.join(", ")
}

const rate = ({ requests, window }: RateLimit): string => `${requests}/${windowText(window)}`
