/**
 * `Sealer` under the vault's data key, where there is a vault; under the home's own key, where there is none. What was
 * sealed before there was one is still opened.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { Sealer } from "../../src/vault/Sealer.ts"
import type { Home } from "../home/Home.ts"
import * as LocalSealer from "./LocalSealer.ts"
import { OpenedVault, type VaultInUse } from "./OpenedVault.ts"
import { subKey } from "./SealBytes.ts"
import { isSealedUnder, sealUnder } from "./SealUnderKey.ts"

/** The sealer of a vault that is open. */
export const sealerOfVault = ({ dataKey }: Pick<VaultInUse, "dataKey">): Sealer["Service"] =>
  sealUnder(textKey(dataKey))

const textKey = (dataKey: VaultInUse["dataKey"]): Redacted.Redacted<Uint8Array> =>
  Redacted.make(subKey(Redacted.value(dataKey), "texts"), { label: "data key" })

/** The sealer. **Errors** `ConfigurationError` where the home's own key can not be made or read. */
export const layer: Layer.Layer<Sealer, ConfigurationError, Home | OpenedVault> = Layer.effect(
  Sealer,
  Effect.gen(function* () {
    const { vault } = yield* OpenedVault
    const local = yield* Sealer
    if (vault === undefined) return local
    const ofVault = sealerOfVault(vault)
    const key = textKey(vault.dataKey)
    return {
      seal: ofVault.seal,
      keysFor: (purpose) => [...ofVault.keysFor(purpose), ...local.keysFor(purpose)],
      open: (sealed, place) => (isSealedUnder(key, sealed) ? ofVault : local).open(sealed, place)
    }
  })
).pipe(Layer.provide(LocalSealer.layer))
