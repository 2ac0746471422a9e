/**
 * Whether a command speaks to the real providers: a pure decision from the settings.
 */
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import type { SettingProblem, Settings } from "../../schemas/Settings.ts"
import { keyVariableOf, missingKeys } from "../../src/settings/RequireKeys.ts"

/** How a command runs. `Refused` lists the keys it lacks. */
export type Mode =
  | { readonly _tag: "Live" }
  | { readonly _tag: "Simulated"; readonly because: "asked" | "noKeys" }
  | { readonly _tag: "Refused"; readonly problems: ReadonlyArray<SettingProblem> }

/**
 * Simulated when `USE_MOCK_APIS` says so, or when it is unset and there is no key at all; live when every key the
 * command needs is there; else refused. `kept` are the accounts that have a key in the vault, where there
 * is one: whoever has made a vault does not mean to play.
 */
export const decideMode = (
  useMock: boolean | undefined,
  settings: Settings,
  needed: ReadonlyArray<Provider>,
  kept?: ReadonlySet<QuotaScope>
): Mode => {
  if (useMock === true) return { _tag: "Simulated", because: "asked" }
  const hasNoKey =
    settings.deepseek.apiKey === undefined && settings.nanobanana.apiKey === undefined && kept === undefined
  if (useMock === undefined && hasNoKey) return { _tag: "Simulated", because: "noKeys" }
  const problems = missingKeys({ ...settings, providers: needed }, kept)
  return problems.length === 0 ? { _tag: "Live" } : { _tag: "Refused", problems }
}

/** What is said once about a simulated run. */
export const announcement = (because: "asked" | "noKeys"): string =>
  because === "asked"
    ? "USE_MOCK_APIS is set: the providers are simulated, nothing is sent and nothing is paid."
    : `No key is set: the providers are simulated, nothing is sent and nothing is paid. For real pictures set ${keyVariableOf("deepseek")} and ${keyVariableOf("nanobanana")}.`
