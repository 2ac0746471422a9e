/**
 * Whether a change would send a key that stands in the settings to another address. Whoever may change settings over HTTP
 * may not read keys: naming an address of his own must not give him one. Keys of the vault are bound to their address, and
 * are not sent elsewhere in any case. Pure.
 */
import type * as Redacted from "effect/Redacted"
import type { SettingProblem, Settings } from "../../schemas/Settings.ts"
import { fallbackSettingsOf } from "./FallbackSettings.ts"
import { type SettingPath, settingVariables } from "./Variables.ts"

const accounts: ReadonlyArray<{
  readonly path: SettingPath
  readonly of: (settings: Settings) => {
    readonly apiKey?: Redacted.Redacted<string> | undefined
    readonly baseURL?: string | undefined
  }
}> = [
  { path: "deepseek.baseURL", of: ({ deepseek }) => deepseek },
  { path: "nanobanana.baseURL", of: ({ nanobanana }) => nanobanana },
  {
    path: "nanobanana.fallback.baseURL",
    of: ({ nanobanana }) => ({ apiKey: nanobanana.fallback.apiKey, baseURL: fallbackSettingsOf(nanobanana)?.baseURL })
  }
]

/** The addresses to which a key would be moved, as problems. */
export const movedKeys = (before: Settings, after: Settings): ReadonlyArray<SettingProblem> =>
  accounts.flatMap(({ of, path }) => {
    const old = of(before)
    const next = of(after)
    if (old.apiKey === undefined || next.apiKey === undefined || next.baseURL === undefined) return []
    if (URL.parse(old.baseURL ?? "")?.origin === URL.parse(next.baseURL)?.origin) return []
    return [
      {
        name: path,
        problem: "would send the key of the settings to another address",
        expected: `a change of ${settingVariables[path].name} or of the file by hand, or a key in the vault`
      }
    ]
  })
