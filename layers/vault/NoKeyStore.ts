/**
 * No vault: keys come from the settings alone, the simple way.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { KeyStore } from "../../src/vault/KeyStore.ts"

/** The layer. A change fails: there is nowhere to keep it. */
export const layer: Layer.Layer<KeyStore> = Layer.succeed(KeyStore, {
  opened: [],
  change: () =>
    Effect.fail(
      new VaultFailed({
        problem: "StorageFailed",
        subject: "vault",
        detail: "there is none",
        remedy: "make one: ludeng keys add"
      })
    ),
  changes: Stream.empty
})
