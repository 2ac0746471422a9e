/**
 * Everything around the program that decides how it runs, read once: settings, simulation, mode, proxy. All that is
 * wrong with it is told together.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { inspectSettings, type LoadedSettings } from "../../layers/settings/EnvironmentSettings.ts"
import { proxyProblems } from "../../layers/settings/ProxySettings.ts"
import { type MockVariables, mockVariables } from "../../mock-layers/MockVariables.ts"
import type { Provider } from "../../schemas/Provider.ts"
import type { ConfigurationError, SettingProblem } from "../../schemas/Settings.ts"
import { decideMode, type Mode } from "./Mode.ts"

/** What was found. `mock` is `undefined` where its variables can not be used. */
export interface Surroundings {
  readonly loaded: LoadedSettings
  readonly mock: MockVariables | undefined
  readonly mode: Mode
  readonly problems: ReadonlyArray<SettingProblem>
}

/** Reads them for a command that needs these providers. **Errors** `ConfigurationError` where `.env` can not be read. */
export const readSurroundings = (needed: ReadonlyArray<Provider>): Effect.Effect<Surroundings, ConfigurationError> =>
  Effect.gen(function* () {
    const { problems: bad, ...loaded } = yield* inspectSettings()
    const mock = yield* Effect.result(mockVariables)
    const variables = Result.getOrElse(mock, () => undefined)
    const mode = decideMode(variables?.useMockApis, loaded.settings, needed)
    const missing = mode._tag === "Refused" ? mode.problems : []
    const goesOut = mode._tag !== "Simulated" || variables === undefined
    return {
      loaded,
      mock: variables,
      mode,
      problems: [
        ...bad,
        ...(Result.isFailure(mock) ? mock.failure.problems : []),
        ...missing.filter(({ name }) => !bad.some((it) => it.name === name)),
        ...(goesOut ? proxyProblems(process.env) : [])
      ]
    }
  })
