/**
 * What a person can do about a key, in one sentence. Pure.
 */
import type { KeyRecord, RetiredBecause } from "../../schemas/Key.ts"
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import { settingVariables } from "../settings/Variables.ts"

/** The provider of a scope. */
export const providerOf = (scope: QuotaScope): Provider => (scope === "deepseek" ? "deepseek" : "nanobanana")

/** The variable that holds the key of a scope. */
export const keyVariableOfScope = (scope: QuotaScope): string => settingVariables[keyPaths[scope]].name

const keyPaths = {
  deepseek: "deepseek.apiKey",
  nanobanana: "nanobanana.apiKey",
  "nanobanana-fallback": "nanobanana.fallback.apiKey"
} as const satisfies Record<QuotaScope, string>

type Trouble = RetiredBecause | "Refused" | "SetAside"

/** What to do about it. */
export const remedyOf = ({ scope, source }: Pick<KeyRecord, "scope" | "source">, trouble: Trouble): string => {
  const replace =
    source === "settings"
      ? `set ${keyVariableOfScope(scope)} to a key of the account`
      : `add another one: ludeng keys rotate ${scope}`
  switch (trouble) {
    case "Rejected":
      return `the provider does not know the key any more: ${replace}`
    case "SetAside":
      return `the provider refused the key once, the next time it is retired: look at the account, or ${replace}`
    case "Refused":
      return "the provider knows the key, and refused this request with it: look at what the account allows"
    case "Drained":
      return "its last call has ended: it may now be deleted at the provider"
    case "ByHand":
      return "nothing is to be done"
  }
}
