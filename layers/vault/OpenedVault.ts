/**
 * The vault of a program: opened once, at the start; or none, and then keys come from the settings alone.
 */
import * as path from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { QuotaScope } from "../../schemas/Provider.ts"
import { ConfigurationError, type Settings } from "../../schemas/Settings.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { isUsable } from "../../src/vault/KeyRing.ts"
import { originOf } from "../../src/vault/SettingsKeys.ts"
import { secretOf } from "./SecretOfSettings.ts"
import { openVault, readForm } from "./Vault.ts"
import { failedAt } from "./VaultFile.ts"
import { type VaultForm, vaultFileName } from "./VaultForm.ts"
import type { DataKey } from "./VaultSecrets.ts"

/** A vault that is open. */
export interface VaultInUse {
  readonly file: string
  readonly dataKey: DataKey
  readonly form: VaultForm
}

/** The vault, if there is one. */
export class OpenedVault extends Context.Service<OpenedVault, { readonly vault: VaultInUse | undefined }>()(
  "@ludeng/providers/vault/OpenedVault"
) {}

/** Where the vault of these settings is, whether it exists or not. */
export const vaultFileOf = ({ home }: Pick<Settings, "home">): string => path.join(path.resolve(home), vaultFileName)

/** A failure of the vault as one of the configuration. */
export const asConfigurationError = ({ detail, remedy, subject }: VaultFailed): ConfigurationError =>
  new ConfigurationError({ problems: [{ name: subject, problem: detail, expected: `that you ${remedy}` }] })

/** Opens the vault of the settings; `undefined` where there is none. **Errors** `VaultFailed`: `SecretMissing` and all of `Vault.ts`. */
export const openOfSettings = (settings: Settings): Effect.Effect<VaultInUse | undefined, VaultFailed> =>
  Effect.gen(function* () {
    const file = vaultFileOf(settings)
    const form = yield* readForm(file)
    if (form === undefined) return undefined
    const secret = yield* secretOf(settings)
    if (secret === undefined)
      return yield* failedAt(file, "SecretMissing", "nothing is there to open it with", "set LUDENG_VAULT_KEY")
    return { file, dataKey: yield* openVault(file, form, secret), form }
  })

/** The scopes that a vault has a usable key for, at the addresses of the settings, without opening it. **Errors** `ConfigurationError` for a file that can not be used. */
export const scopesInVault = (settings: Settings): Effect.Effect<ReadonlySet<QuotaScope>, ConfigurationError> =>
  readForm(vaultFileOf(settings)).pipe(
    Effect.map(
      (form) =>
        new Set(
          (form?.keys ?? [])
            .filter((key) => isUsable(key) && key.origin === originOf(settings, key.scope))
            .map(({ scope }) => scope)
        )
    ),
    Effect.mapError(asConfigurationError)
  )

/**
 * The vault of the settings.
 *
 * **Errors** `ConfigurationError` where there is one that can not be opened: nothing is sent with other keys instead.
 */
export const layer: Layer.Layer<OpenedVault, ConfigurationError, LiveSettings> = Layer.effect(
  OpenedVault,
  Effect.gen(function* () {
    const { settings } = yield* LiveSettings.use((it) => it.current)
    return { vault: yield* Effect.mapError(openOfSettings(settings), asConfigurationError) }
  })
)

/** No vault: simulated programs keep real keys out of it. */
export const layerNone: Layer.Layer<OpenedVault> = Layer.succeed(OpenedVault, { vault: undefined })
