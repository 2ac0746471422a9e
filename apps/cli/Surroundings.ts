/**
 * Everything around the program that decides how it runs, read once: settings, simulation, mode, proxy. All that is
 * wrong with it is told together.
 */
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { inspectSettings, type LoadedSettings } from "../../layers/settings/EnvironmentSettings.ts"
import { proxyProblems } from "../../layers/settings/ProxySettings.ts"
import { vaultFileName } from "../../layers/vault/VaultForm.ts"
import { type MockVariables, mockVariables } from "../../mock-layers/MockVariables.ts"
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import type { ConfigurationError, SettingProblem, Settings } from "../../schemas/Settings.ts"
import { decideMode, type Mode } from "./Mode.ts"

/** What was found. `mock` is `undefined` where its variables can not be used. */
export interface Surroundings {
  readonly loaded: LoadedSettings
  readonly mock: MockVariables | undefined
  readonly mode: Mode
  /** The accounts that have a key in the vault; `undefined` where there is no vault. */
  readonly kept: ReadonlySet<QuotaScope> | undefined
  readonly problems: ReadonlyArray<SettingProblem>
}

/** Only where there is a vault, what reads it is loaded. */
const keysInVault = (settings: Settings): Effect.Effect<ReadonlySet<QuotaScope> | undefined, ConfigurationError> =>
  existsSync(join(settings.home, vaultFileName))
    ? Effect.flatMap(
        Effect.promise(() => import("../../layers/vault/OpenedVault.ts")),
        ({ scopesInVault }) => scopesInVault(settings)
      )
    : Effect.succeed(undefined)

/** Reads them for a command that needs these providers. **Errors** `ConfigurationError` where `.env` can not be read. */
export const readSurroundings = (needed: ReadonlyArray<Provider>): Effect.Effect<Surroundings, ConfigurationError> =>
  Effect.gen(function* () {
    const { problems: bad, ...loaded } = yield* inspectSettings()
    const mock = yield* Effect.result(mockVariables)
    const variables = Result.getOrElse(mock, () => undefined)
    // A simulation keeps away from real keys, and from what may be wrong with them.
    const vault = yield* Effect.result(
      variables?.useMockApis === true ? Effect.succeed(undefined) : keysInVault(loaded.settings)
    )
    const kept = Result.getOrElse(vault, () => undefined)
    const mode = decideMode(variables?.useMockApis, loaded.settings, needed, kept)
    const missing = mode._tag === "Refused" ? mode.problems : []
    const goesOut = mode._tag !== "Simulated" || variables === undefined
    return {
      loaded,
      mock: variables,
      mode,
      kept,
      problems: [
        ...bad,
        ...(Result.isFailure(vault) ? vault.failure.problems : []),
        ...(Result.isFailure(mock) ? mock.failure.problems : []),
        ...missing.filter(({ name }) => !bad.some((it) => it.name === name)),
        ...(goesOut ? proxyProblems(process.env) : [])
      ]
    }
  })
