/**
 * The key that a live program would ask DeepSeek with: the vault's where it has one for the address of the settings, else
 * that of the settings. Loaded only where there is a vault.
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { ConfigurationError, Settings } from "../../schemas/Settings.ts"
import { asConfigurationError, openOfSettings } from "../../layers/vault/OpenedVault.ts"
import { storedKeys } from "../../layers/vault/Vault.ts"
import { originOf } from "../../src/vault/SettingsKeys.ts"

/**
 * The key; `undefined` where there is none.
 *
 * **Errors** `ConfigurationError` for a vault that can not be opened: no program starts with it.
 */
export const keyToAsk = (
  settings: Settings
): Effect.Effect<Redacted.Redacted<string> | undefined, ConfigurationError> =>
  Effect.map(Effect.mapError(openOfSettings(settings), asConfigurationError), (vault) => {
    const origin = originOf(settings, "deepseek")
    const keys = vault === undefined ? [] : storedKeys(vault.form, vault.dataKey)
    const ofVault = keys.find(
      ({ record }) => record.scope === "deepseek" && record.state._tag === "Active" && record.origin === origin
    )
    return ofVault?.key ?? settings.deepseek.apiKey
  })
