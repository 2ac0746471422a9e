/**
 * The stores that the settings name: `sqlite` in the home, or `memory`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { Home } from "../home/Home.ts"
import type { OpenedVault } from "../vault/OpenedVault.ts"
import * as MemoryStores from "./MemoryStores.ts"
import * as SqliteStores from "./SqliteStores.ts"

/** The stores over a home, which is made only where it is used. **Errors** those of `SqliteStores.ts`. */
export const layerOver = (
  home: Layer.Layer<Home, ConfigurationError, LiveSettings>
): Layer.Layer<MemoryStores.Stores, ConfigurationError, LiveSettings | OpenedVault> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { settings } = yield* LiveSettings.use((it) => it.current)
      return settings.store === "memory" ? MemoryStores.layer : SqliteStores.layer.pipe(Layer.provide(home))
    })
  )
