/**
 * The library over an `HttpClient` that the host program brings: here the one of `@effect/platform-node`.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"
import * as FileImageStore from "../../layers/image/FileImageStore.ts"
import { isolated } from "../../layers/Isolated.ts"
import * as Services from "../../layers/Services.ts"
import * as MemoryStores from "../../layers/stores/MemoryStores.ts"
import * as EnvironmentSettings from "../../layers/settings/EnvironmentSettings.ts"
import * as HttpClientTransport from "../../layers/transport/HttpClientTransport.ts"
import type { ConfigurationError, SettingsDocument } from "../../schemas/Settings.ts"
import * as NoKeyStore from "../../layers/vault/NoKeyStore.ts"

/** What `Live.layerWith` composes, with the host's client in place of our own connections, and its ledgers in memory. */
export const layerWith = (code: SettingsDocument): Layer.Layer<Services.Services, ConfigurationError> =>
  isolated(
    Services.layer.pipe(
      Layer.provideMerge(
        Layer.mergeAll(
          Layer.provide(HttpClientTransport.layer, NodeHttpClient.layerUndici),
          FileImageStore.layer,
          NoKeyStore.layer,
          Layer.provideMerge(MemoryStores.layer, EnvironmentSettings.layerFromEnvironment({ code, requireKeys: true }))
        )
      )
    )
  )
