/**
 * Every service over simulated providers, all in memory: for tests and for embedding. It needs nothing, can not fail,
 * touches no file, no socket and no environment, and runs wholly under `TestClock`.
 *
 * **Gotchas** As with `Live.ts`: keep what `layerWith` returns in a constant, or each use is a world of its own.
 */
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import { isolated } from "../layers/Isolated.ts"
import type { HostLayers } from "../layers/HostLayers.ts"
import * as Services from "../layers/Services.ts"
import * as MemorySettings from "../layers/settings/MemorySettings.ts"
import * as MemoryStores from "../layers/stores/MemoryStores.ts"
import * as NoKeyStore from "../layers/vault/NoKeyStore.ts"
import type { SettingsDocument } from "../schemas/Settings.ts"
import type { LiveSettings } from "../src/settings/LiveSettings.ts"
import type { StoredKey } from "../src/vault/KeyStore.ts"
import * as MemoryImageStore from "./image/MemoryImageStore.ts"
import type { MockHandle } from "./MockHandle.ts"
import { withSimulatedKeys } from "./SimulatedKeys.ts"
import type { SimulationDocument } from "./simulation/Script.ts"
import { layerSimulation } from "./simulation/SimulationLayer.ts"
import * as MemoryKeyStore from "./vault/MemoryKeyStore.ts"

/**
 * What is simulated, and over which settings (default: the library's defaults).
 *
 * **Units** `seed` (default 1) is what all chance is drawn from, `scenario` the situation (default `healthy`),
 * `failureRate` a share of requests from 0 to 1, `latency` milliseconds or a duration. `keys` are those of a vault in
 * memory (default none); they go before the one that every simulated account has.
 *
 * **Gotchas** A `seed` that is given also seeds Effect's `Random` for what the layer is provided to: back-off and ids
 * repeat too.
 */
export interface MockOptions extends SimulationDocument {
  readonly settings?: SettingsDocument
  readonly keys?: ReadonlyArray<StoredKey>
}

/**
 * Every service, simulated, with options. Options that can not be used are a defect.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const slow = Mock.layerWith({ seed: 7, scenario: "keep-alive-forever", settings: { deepseek: { timeout: 50 } } })
 * const error = await PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })).pipe(
 *   Effect.flip,
 *   Effect.provide(slow),
 *   Effect.runPromise
 * )
 * error.reason._tag // => "TimedOut"
 * ```
 */
export const layerWith = (options: MockOptions): Layer.Layer<Services.Services | MockHandle> => layerOver({}, options)

/**
 * The same over a host's own services: to try them against providers that fail in every way. What the host leaves out is
 * in memory; where it gives the settings, those of the options are not used, and the keys are the host's.
 *
 * **Errors** those of the host's layers.
 */
export const layerOver = <E = never, R = never>(
  host: HostLayers<E, R>,
  { keys = [], settings = {}, ...simulation }: MockOptions = {}
): Layer.Layer<Services.Services | MockHandle, E, R> => {
  const inMemory: Layer.Layer<LiveSettings, E> = Layer.orDie(MemorySettings.layerFromCode(withSimulatedKeys(settings)))
  return isolated(
    Services.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          layerSimulation(simulation),
          simulation.seed === undefined ? Layer.empty : layerSeededRandom(simulation.seed),
          host.imageStore ?? MemoryImageStore.layer,
          keys.length === 0 ? NoKeyStore.layer : MemoryKeyStore.layerWith(keys),
          Layer.provideMerge(MemoryStores.layer, host.settings ?? inMemory)
        )
      )
    )
  )
}

const layerSeededRandom = (seed: number): Layer.Layer<never> =>
  Layer.effect(Random.Random, Random.withSeed(Random.Random, seed))

/** Every service, simulated: healthy providers, seed 1. */
export const layer: Layer.Layer<Services.Services | MockHandle> = layerWith({})
