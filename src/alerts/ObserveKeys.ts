/**
 * What is seen of the keys: those that were set aside, and accounts that have none left. Pure.
 */
import { QuotaScope } from "../../schemas/Provider.ts"
import type { KeyRecord } from "../../schemas/Key.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { keyVariableOfScope, providerOf } from "../vault/Remedy.ts"
import type { Observation } from "./DecideAlerts.ts"

/** Whether calls may come to an account at all. */
export const isAccountSet = (scope: QuotaScope, settings: Settings): boolean =>
  scope === "nanobanana-fallback"
    ? settings.nanobanana.fallback.protocol !== undefined
    : settings.providers.includes(providerOf(scope))

/** Whether an account has a key that calls may use. */
export const hasUsableKey = (scope: QuotaScope, keys: ReadonlyArray<KeyRecord>): boolean =>
  keys.some((key) => key.scope === scope && (key.state._tag === "Active" || key.state._tag === "SetAside"))

/** What is seen. */
export const observeKeys = (keys: ReadonlyArray<KeyRecord>, settings: Settings): ReadonlyArray<Observation> => [
  ...keys
    .filter(({ state }) => state._tag === "SetAside")
    .map(({ id, scope }): Observation => ({
      name: "KeySetAside",
      subject: `${scope} ${id}`,
      level: 1,
      message: `${scope} refused key ${id}`
    })),
  ...QuotaScope.literals
    .filter((scope) => isAccountSet(scope, settings) && !hasUsableKey(scope, keys))
    .map((scope): Observation => ({
      name: "NoHealthyKey",
      subject: scope,
      level: 1,
      message: `${scope} has no key left: set ${keyVariableOfScope(scope)}, or ludeng keys add ${scope}`
    }))
]
