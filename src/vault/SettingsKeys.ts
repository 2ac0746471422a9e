/**
 * The keys that the settings hold, as a ring knows them: the simple way, one key for each account. Pure.
 */
import * as Redacted from "effect/Redacted"
import { defaultAccount, KeyId, type KeyRecord } from "../../schemas/Key.ts"
import { type QuotaScope, QuotaScope as QuotaScopes } from "../../schemas/Provider.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { fallbackSettingsOf } from "../settings/FallbackSettings.ts"
import { addressOf } from "../transport/Address.ts"

/** A key of the settings, and where it goes. */
export interface SettingsKey {
  readonly key: Redacted.Redacted<string>
  readonly origin: string
}

/** Where the requests of a scope go; `undefined` for a second image provider that the settings do not name. */
export const originOf = (settings: Settings, scope: QuotaScope): string | undefined => {
  const account = scope === "nanobanana-fallback" ? fallbackSettingsOf(settings.nanobanana) : settings[scope]
  return account === undefined ? undefined : addressOf(account.baseURL).origin
}

/** The key of a scope in the settings, where they hold one. */
export const settingsKeyOf = (settings: Settings, scope: QuotaScope): SettingsKey | undefined => {
  const key = scope === "nanobanana-fallback" ? settings.nanobanana.fallback.apiKey : settings[scope].apiKey
  const origin = originOf(settings, scope)
  return key === undefined || origin === undefined ? undefined : { key, origin }
}

/** Whether two settings hold the same key for a scope. */
export const isSameKey = (left: SettingsKey | undefined, right: SettingsKey | undefined): boolean =>
  left === undefined || right === undefined
    ? left === right
    : left.origin === right.origin && Redacted.value(left.key) === Redacted.value(right.key)

/** The record of the `version`-th key that the settings have held for a scope. **Units** `addedAt` in ms since 1970. */
export const settingsRecord = (scope: QuotaScope, version: number, origin: string, addedAt: number): KeyRecord => ({
  id: KeyId.make(`environment-${scope}${version === 1 ? "" : `-${version}`}`),
  scope,
  version,
  account: defaultAccount,
  origin,
  source: "settings",
  state: { _tag: "Active" },
  addedAt
})

/** Every scope. */
export const quotaScopes = QuotaScopes.literals
