/**
 * The live composition: real providers over undici, pictures as files, settings from code, the environment and `.env`.
 *
 * **Gotchas** A layer is a recipe that is built once for each reference: keep what `layerWith` returns in a constant.
 * Built twice it would be two ledgers, and two limiters for one quota.
 */
import "./NodeVersion.ts"
import * as Layer from "effect/Layer"
import type { ConfigurationError, SettingsDocument } from "../schemas/Settings.ts"
import type { ImageStore } from "../src/image/ImageStore.ts"
import type { LiveSettings } from "../src/settings/LiveSettings.ts"
import * as Home from "./home/Home.ts"
import * as FileImageStore from "./image/FileImageStore.ts"
import { isolated } from "./Isolated.ts"
import type { HostLayers } from "./HostLayers.ts"
import * as Services from "./Services.ts"
import * as EnvironmentSettings from "./settings/EnvironmentSettings.ts"
import * as ChosenStores from "./stores/ChosenStores.ts"
import * as UndiciTransport from "./transport/UndiciTransport.ts"
import * as FileKeyStore from "./vault/FileKeyStore.ts"
import * as OpenedVault from "./vault/OpenedVault.ts"

const stores = Layer.merge(ChosenStores.layerOver(Home.layer), FileKeyStore.layer).pipe(
  Layer.provide(OpenedVault.layer)
)

/**
 * Every service, live, with settings from code over the environment over `.env` over the defaults.
 *
 * **Details** The document is one plain object:
 * `{ deepseek: { apiKey, baseURL, timeout, retryLimit, rateLimit }, nanobanana: … }`, every field optional.
 *
 * **Errors** `ConfigurationError` lists every bad value and every missing key by the name of its variable, and an
 * `HTTPS_PROXY` or a `LUDENG_HOME` that can not be used. Keys are needed for the providers listed in `providers` (default both); nothing is
 * simulated that was not asked for.
 *
 * ```ts types
 * import * as Effect from "effect/Effect"
 * import { Illustrator } from "@ludeng/providers"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const live = Live.layerWith({ deepseek: { apiKey: "…", retryLimit: 1 }, nanobanana: { apiKey: "…" } })
 * const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))
 * await Effect.runPromise(Effect.provide(illustrate, live))
 * ```
 */
export const layerWith = (code: SettingsDocument): Layer.Layer<Services.Services, ConfigurationError> =>
  composed(settingsOver(code), FileImageStore.layer)

/**
 * Every service, live, over a host's own services; what the host leaves out is as in `layer`.
 *
 * **Errors** `ConfigurationError` as `layerWith`, and what the host's layers fail with.
 *
 * ```ts types
 * import * as Layer from "effect/Layer"
 * import { ImageStore } from "@ludeng/providers"
 * import * as Live from "@ludeng/providers/layers/Live"
 * import { makeObjectImageStore, type ObjectBucket } from "@ludeng/providers/layers/image/ObjectImageStore"
 *
 * declare const bucket: ObjectBucket
 * export const live = Live.layerOver({ imageStore: Layer.sync(ImageStore, () => makeObjectImageStore(bucket)) })
 * ```
 */
export const layerOver = <E = never, R = never>({
  imageStore,
  settings
}: HostLayers<E, R>): Layer.Layer<Services.Services, ConfigurationError | E, R> =>
  composed<ConfigurationError | E, R>(settings ?? settingsOver({}), imageStore ?? FileImageStore.layer)

const settingsOver = (code: SettingsDocument) =>
  EnvironmentSettings.layerFromEnvironment({
    code,
    requireKeys: true,
    keptKeys: OpenedVault.scopesInVault,
    proxy: process.env
  })

// The settings come first: they tell of a proxy that the transport could not start with.
const composed = <E, R>(
  settings: Layer.Layer<LiveSettings, E, R>,
  imageStore: Layer.Layer<ImageStore, E, R>
): Layer.Layer<Services.Services, E | ConfigurationError, R> =>
  isolated(
    Services.layer.pipe(
      Layer.provideMerge(Layer.mergeAll(UndiciTransport.layer, imageStore, stores)),
      Layer.provideMerge(settings)
    )
  )

/** Every service, live, with settings from the environment and `.env`. **Errors** as `layerWith`. */
export const layer: Layer.Layer<Services.Services, ConfigurationError> = layerWith({})
