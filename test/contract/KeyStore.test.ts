import { describe } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { makeFileKeyStore } from "../../layers/vault/FileKeyStore.ts"
import { changeVault, createVault } from "../../layers/vault/Vault.ts"
import * as MemoryKeyStore from "../../mock-layers/vault/MemoryKeyStore.ts"
import { KeyStore } from "../../src/vault/KeyStore.ts"
import { hexKey, recordOf, textOf, vaultPlace } from "../layers/vault/VaultWorld.ts"
import { keyStoreContract } from "./KeyStoreContract.ts"

describe("KeyStore in a file", () => {
  keyStoreContract(
    Effect.gen(function* () {
      const file = yield* vaultPlace
      const dataKey = yield* createVault(file, hexKey)
      const event = { _tag: "Add", key: recordOf("a"), replaces: "none" } as const
      const form = yield* changeVault(file, dataKey, { event, key: textOf("a") })
      const inUse = { file, dataKey, form }
      return [makeFileKeyStore(inUse), makeFileKeyStore(inUse)] as const
    })
  )
})

describe("KeyStore in memory", () => {
  keyStoreContract(
    Effect.gen(function* () {
      const layer = MemoryKeyStore.layerWith([{ record: recordOf("a"), key: textOf("a") }])
      const store = Context.get(yield* Layer.build(layer), KeyStore)
      return [store, store] as const
    })
  )
})
