/**
 * One world of the sweep: a home of its own with a vault of canaries, and the providers in one of their situations.
 */
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Home from "../../layers/home/Home.ts"
import * as FileImageStore from "../../layers/image/FileImageStore.ts"
import { isolated } from "../../layers/Isolated.ts"
import * as Services from "../../layers/Services.ts"
import { layerFromCode } from "../../layers/settings/MemorySettings.ts"
import * as ChosenStores from "../../layers/stores/ChosenStores.ts"
import * as FileKeyStore from "../../layers/vault/FileKeyStore.ts"
import * as OpenedVault from "../../layers/vault/OpenedVault.ts"
import { changeVault, createVault } from "../../layers/vault/Vault.ts"
import { vaultFileName } from "../../layers/vault/VaultForm.ts"
import { KeyId, type KeyRecord } from "../../schemas/Key.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import type { ConfigurationError, SettingsDocument } from "../../schemas/Settings.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import type { Transport } from "../../src/transport/Transport.ts"
import type { SimulationDocument } from "../simulation/Script.ts"
import { layerSimulation } from "../simulation/SimulationLayer.ts"
import { type Canary, canaryOf } from "./Canaries.ts"

/**
 * A world. `transport` are the simulated providers, `settings` those that the program must use: home, vault and times.
 * `folder` is its own, with everything it writes.
 */
export interface LeakWorld {
  readonly name: string
  readonly folder: string
  readonly settings: SettingsDocument
  readonly transport: Layer.Layer<Transport>
}

/** A program to be swept: every service, over the providers and settings of a world. */
export type Composition = (world: LeakWorld) => Layer.Layer<Services.Services, ConfigurationError>

/** What `Live.ts` composes, over simulated providers: ledgers, audit and cache in databases, keys in the vault. */
export const composeLive: Composition = ({ settings, transport }) =>
  isolated(
    Services.layer.pipe(
      Layer.provideMerge(Layer.mergeAll(transport, FileImageStore.layer, stores)),
      Layer.provideMerge(layerFromCode(settings))
    )
  )

const stores = Layer.merge(ChosenStores.layerOver(Home.layer), FileKeyStore.layer).pipe(
  Layer.provide(OpenedVault.layer)
)

const origins = [
  ["deepseek", "https://api.deepseek.com"],
  ["nanobanana", "https://first.test"],
  ["nanobanana-fallback", "https://second.test"]
] as const

const recordOf = (scope: QuotaScope, origin: string, name: string, version: number): KeyRecord => ({
  id: KeyId.make(`key_${name}`),
  scope,
  version,
  account: "default",
  origin,
  source: "vault",
  state: { _tag: "Active" },
  addedAt: 0
})

/** The key that is rotated to while a world runs. */
export const rotatedRecord: KeyRecord = recordOf("deepseek", "https://api.deepseek.com", "deepseek-3", 3)

/** What is planted in a world. */
export interface Planted {
  readonly world: LeakWorld
  readonly canaries: ReadonlyArray<Canary>
  readonly prompt: string
  readonly newKey: Canary
}

/** Makes a world below `root`. **Errors** `VaultFailed`: the disk. */
export const plant = (
  root: string,
  index: number,
  name: string,
  simulation: SimulationDocument
): Effect.Effect<Planted, VaultFailed> =>
  Effect.gen(function* () {
    const folder = path.join(root, `world-${index}`)
    const home = path.join(folder, "home")
    yield* Effect.promise(() => fs.mkdir(home, { recursive: true, mode: 0o700 }))
    const seed = `${index}-${yield* Clock.currentTimeMillis}`
    const secret = canaryOf("vault secret", `v${seed}`)
    const prompt = canaryOf("prompt", `p${seed}`)
    const newKey = canaryOf("key", `n${seed}`)
    const file = path.join(home, vaultFileName)
    // The cheapest: nobody guesses here.
    const dataKey = yield* createVault(file, Redacted.make(secret.text), {
      memoryKibibytes: 8_192,
      passes: 1,
      parallelism: 1
    })
    const keys: Array<Canary> = []
    for (const [scope, origin] of origins) {
      for (const version of [1, 2]) {
        const canary = canaryOf("key", `${version}${scope.at(-1)}${seed}`)
        keys.push(canary)
        const event = {
          _tag: "Add",
          key: recordOf(scope, origin, `${scope}-${version}`, version),
          replaces: "none"
        } as const
        yield* changeVault(file, dataKey, { event, key: Redacted.make(canary.text) })
      }
    }
    const world = {
      name,
      folder,
      settings: settingsOf(folder, home, secret.text),
      transport: layerSimulation({ latency: 1, ...simulation })
    }
    return { world, canaries: [secret, prompt, newKey, ...keys], prompt: `${prompt.text} under a violet sky`, newKey }
  })

/** Short times: whatever hangs is given up soon. */
const settingsOf = (folder: string, home: string, secret: string): SettingsDocument => {
  const times = { timeout: 700, backoffBase: 1, backoffCap: 5, retryLimit: 1 }
  return {
    home,
    imageDirectory: path.join(folder, "images"),
    vault: { key: secret },
    deepseek: { ...times, attemptTimeout: { chat: 150, probe: 150 }, rateLimit: [] },
    nanobanana: {
      ...times,
      protocol: "generic",
      baseURL: "https://first.test/v1",
      fallback: { protocol: "nanobananaapi", baseURL: "https://second.test/v1" },
      attemptTimeout: { submit: 150, status: 150, cancel: 150, download: 150 },
      rateLimit: [],
      pollFirst: 5,
      pollCap: 20,
      jobExpiry: 700,
      submitGrace: 200,
      priceUpperBound: 40_000
    }
  }
}
