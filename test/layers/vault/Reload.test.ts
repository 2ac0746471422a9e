import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { makeFileKeyStore } from "../../../layers/vault/FileKeyStore.ts"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import { changeVault, rewrapVault } from "../../../layers/vault/Vault.ts"
import { KeyStore } from "../../../src/vault/KeyStore.ts"
import { KeyVault } from "../../../src/vault/KeyVault.ts"
import * as MakeKeyVault from "../../../src/vault/MakeKeyVault.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { canary, cheap, openedTexts, passphrase, recordOf, textOf, vaultOfTwo } from "./VaultWorld.ts"

const wish = { scope: "deepseek", origin: "https://api.deepseek.com" } as const

const lendText = KeyVault.useSync((it) => {
  const lent = it.lend(wish)
  if (lent === undefined) return undefined
  it.giveBack(lent)
  return Redacted.value(lent.key)
})

/** Waits, in real time and for at most five seconds, until it is so. */
const until = <E, R>(isSo: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(isSo, {
    until: (it) => it,
    schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: "5 seconds" }))
  })

describe("a vault whose file changes while the program runs", () => {
  it.live("is read again without a restart; one that can not be read leaves the keys in use, and says so", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const vault = yield* vaultOfTwo
        const { dataKey, file } = vault
        const store = Layer.sync(KeyStore, () => makeFileKeyStore(vault))
        const layer = Layer.effect(KeyVault, MakeKeyVault.make).pipe(
          Layer.provide(Layer.merge(store, Layer.orDie(layerFromCode({}))))
        )
        yield* Effect.gen(function* () {
          assert.strictEqual(yield* lendText, `${canary}-a`)
          const held = (yield* KeyVault).lend(wish)
          const key = recordOf("new", { version: 2 })
          yield* Effect.sleep("100 millis")
          yield* changeVault(file, dataKey, { event: { _tag: "Add", key, replaces: "all" }, key: textOf("new") })
          yield* until(Effect.map(lendText, (text) => text === `${canary}-new`))
          assert.strictEqual(held === undefined ? "" : Redacted.value(held.key), `${canary}-a`)

          yield* Effect.promise(() => fs.chmod(file, 0o644))
          yield* Effect.promise(() => fs.utimes(file, 1, 1))
          yield* until(Effect.sync(() => events.some((it) => it._tag === "VaultTrouble")))
          assert.strictEqual(yield* lendText, `${canary}-new`)
          const trouble = events.find((it) => it._tag === "VaultTrouble")
          assert.deepInclude(trouble, { doing: "reading" })
          assert.include(trouble?.remedy ?? "", "chmod 600")
          yield* Effect.promise(() => fs.chmod(file, 0o600))

          // Another secret changes nothing for a program that has it open.
          yield* rewrapVault(file, passphrase, Redacted.make("another passphrase"), cheap)
          yield* changeVault(file, dataKey, { event: { _tag: "Retire", id: key.id } })
          yield* until(Effect.map(lendText, (text) => text === undefined))

          if (held !== undefined) (yield* KeyVault).giveBack(held)
        }).pipe(Effect.provide(layer))
        // What ended was written down, and when keys were last used.
        const texts = yield* openedTexts(file, Redacted.make("another passphrase"))
        assert.deepInclude(texts, { a: "Retired", new: "Retired", b: `${canary}-b` })
        assert.notInclude(JSON.stringify(events), canary)
      })
    )
  )
})
