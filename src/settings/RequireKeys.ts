/**
 * A live program needs a key for each provider it names, the second image provider among them: without one it does not
 * start, and nothing is simulated that was not asked for.
 */
import * as Effect from "effect/Effect"
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import { ConfigurationError, type SettingProblem, type Settings } from "../../schemas/Settings.ts"
import { fallbackProblems } from "./FallbackSettings.ts"
import { settingVariables } from "./Variables.ts"

/** The variable that holds a provider's key. */
export const keyVariableOf = (provider: Provider): string => settingVariables[`${provider}.apiKey`].name

const noKeys: ReadonlySet<QuotaScope> = new Set()

/**
 * The providers named in the settings that have no key, as problems; the second image provider also without address.
 * `kept` are the accounts that have one in the vault.
 */
export const missingKeys = (
  settings: Settings,
  kept: ReadonlySet<QuotaScope> = noKeys
): ReadonlyArray<SettingProblem> => [
  ...settings.providers
    .filter((provider) => settings[provider].apiKey === undefined && !kept.has(provider))
    .map((provider) => ({
      name: keyVariableOf(provider),
      problem: "is missing",
      expected: `the key of your ${provider} account, here or in the vault, for this address: ludeng keys add ${provider}`
    })),
  ...(settings.providers.includes("nanobanana")
    ? fallbackProblems(settings.nanobanana, kept.has("nanobanana-fallback"))
    : [])
]

/**
 * Succeeds when every provider named in the settings has a key.
 *
 * **Errors** `ConfigurationError` with the variable of each key that is missing; set it, or leave its provider out of
 * `providers`.
 */
export const requireKeys = (settings: Settings): Effect.Effect<void, ConfigurationError> => {
  const problems = missingKeys(settings)
  return problems.length === 0 ? Effect.void : Effect.fail(new ConfigurationError({ problems }))
}
