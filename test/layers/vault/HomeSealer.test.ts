import { assert, describe, it } from "@effect/vitest"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Home } from "../../../layers/home/Home.ts"
import * as HomeSealer from "../../../layers/vault/HomeSealer.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import { OpenedVault } from "../../../layers/vault/OpenedVault.ts"
import { Sealer } from "../../../src/vault/Sealer.ts"
import { vaultOfTwo } from "./VaultWorld.ts"

const seal = (text: string) => Sealer.use((it) => it.seal(text, "job:1"))
const open = (sealed: string) => Sealer.use((it) => it.open(sealed, "job:1"))

describe("the sealer of the home", () => {
  it.live("seals under the vault's key as soon as there is a vault, and opens what was sealed before", () =>
    Effect.gen(function* () {
      const vault = yield* vaultOfTwo
      const home = Layer.succeed(Home, { folder: path.dirname(vault.file) })
      const over = (it: typeof vault | undefined) =>
        HomeSealer.layer.pipe(Layer.provide(Layer.merge(home, Layer.succeed(OpenedVault, { vault: it }))))
      const early = yield* Effect.provide(seal("a red fox"), over(undefined))
      yield* Effect.gen(function* () {
        const late = yield* seal("a red fox")
        assert.strictEqual(yield* open(late), "a red fox")
        assert.strictEqual(yield* open(early), "a red fox")
        const local = yield* Effect.flip(Effect.provide(open(late), LocalSealer.layer.pipe(Layer.provide(home))))
        assert.deepInclude(local, { problem: "Corrupt" })
      }).pipe(Effect.provide(over(vault)))
    })
  )
})
