/**
 * Live or simulated, as `USE_MOCK_APIS` says: true gives `Simulated.ts`, false or nothing gives `Live.ts`. Only what is
 * chosen is loaded.
 *
 * Nothing is simulated that was not asked for: without the variable a missing key is a configuration error.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Services } from "../layers/Services.ts"
import * as EnvironmentSettings from "../layers/settings/EnvironmentSettings.ts"
import { ConfigurationError, type SettingsDocument } from "../schemas/Settings.ts"
import { mockVariables } from "./MockVariables.ts"

/**
 * Every service, with settings from code over the environment over `.env`.
 *
 * **Errors** `ConfigurationError` lists every bad value and, live, every missing key, by the name of its variable.
 */
export const layerWith = (code: SettingsDocument): Layer.Layer<Services, ConfigurationError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const variables = yield* Effect.result(mockVariables)
      if (Result.isFailure(variables)) {
        const { problems } = yield* EnvironmentSettings.inspectSettings({ code })
        return yield* new ConfigurationError({ problems: [...problems, ...variables.failure.problems] })
      }
      if (variables.success.useMockApis === true) {
        const Simulated = yield* Effect.promise(() => import("./Simulated.ts"))
        return Simulated.layerWith({ settings: code })
      }
      const Live = yield* Effect.promise(() => import("../layers/Live.ts"))
      return Live.layerWith(code)
    })
  )

/** Every service, live or simulated. **Errors** as `layerWith`. */
export const layer: Layer.Layer<Services, ConfigurationError> = layerWith({})
