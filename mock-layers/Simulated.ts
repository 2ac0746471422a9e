/**
 * The live wiring over simulated providers: real files, the real clock, settings from code, the environment and `.env`,
 * and not one byte to the network. Real keys are kept out of it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Home from "../layers/home/Home.ts"
import * as FileImageStore from "../layers/image/FileImageStore.ts"
import { isolated } from "../layers/Isolated.ts"
import * as Services from "../layers/Services.ts"
import * as EnvironmentSettings from "../layers/settings/EnvironmentSettings.ts"
import * as ChosenStores from "../layers/stores/ChosenStores.ts"
import * as NoKeyStore from "../layers/vault/NoKeyStore.ts"
import * as OpenedVault from "../layers/vault/OpenedVault.ts"
import { ConfigurationError } from "../schemas/Settings.ts"
import type { MockOptions } from "./Mock.ts"
import type { MockHandle } from "./MockHandle.ts"
import { mockVariables } from "./MockVariables.ts"
import { withSimulatedKeys } from "./SimulatedKeys.ts"
import { layerSimulation } from "./simulation/SimulationLayer.ts"

const stores = ChosenStores.layerOver(Home.layerSimulated).pipe(Layer.provide(OpenedVault.layerNone))

/**
 * Every service, simulated, on real files. What the options leave open is read from `MOCK_SEED`, `MOCK_SCENARIO`,
 * `MOCK_FAILURE_RATE` and `MOCK_LATENCY`; whether to simulate at all is not asked here.
 *
 * **Errors** `ConfigurationError` lists every bad value, of settings and `MOCK_` variables alike.
 */
export const layerWith = ({
  settings = {},
  ...simulation
}: MockOptions): Layer.Layer<Services.Services | MockHandle, ConfigurationError> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const code = withSimulatedKeys(settings)
      const variables = yield* Effect.result(mockVariables)
      const { problems } = yield* EnvironmentSettings.inspectSettings({ code })
      if (Result.isFailure(variables)) {
        return yield* new ConfigurationError({ problems: [...problems, ...variables.failure.problems] })
      }
      return isolated(
        Services.layer.pipe(
          Layer.provideMerge(
            Layer.mergeAll(
              layerSimulation({ ...variables.success.simulation, ...simulation }),
              FileImageStore.layer,
              stores,
              NoKeyStore.layer
            )
          ),
          Layer.provideMerge(EnvironmentSettings.layerFromEnvironment({ code }))
        )
      )
    })
  )

/** Every service, simulated, on real files. **Errors** as `layerWith`. */
export const layer: Layer.Layer<Services.Services | MockHandle, ConfigurationError> = layerWith({})
