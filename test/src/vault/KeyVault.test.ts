import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layerFromCode } from "../../../layers/settings/MemorySettings.ts"
import * as NoKeyStore from "../../../layers/vault/NoKeyStore.ts"
import * as MemoryKeyStore from "../../../mock-layers/vault/MemoryKeyStore.ts"
import { VaultFailed } from "../../../schemas/VaultFailed.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import type { KeyVerdict } from "../../../src/vault/KeyRing.ts"
import { KeyStore } from "../../../src/vault/KeyStore.ts"
import { KeyVault, type LentKey } from "../../../src/vault/KeyVault.ts"
import * as MakeKeyVault from "../../../src/vault/MakeKeyVault.ts"
import { recordCalls, tagsOf } from "../../support/CallRecorder.ts"
import { keyOf, origin, wish } from "./SampleKeys.ts"

const canary = "canary-of-the-vault"

const settings = Layer.orDie(layerFromCode({ deepseek: { apiKey: `${canary}-1` }, nanobanana: { apiKey: canary } }))
const vaultOver = (store: Layer.Layer<KeyStore>) =>
  Layer.effect(KeyVault, MakeKeyVault.make).pipe(Layer.provideMerge(Layer.merge(settings, store)))

const fromSettings = vaultOver(NoKeyStore.layer)
const fromStore = vaultOver(
  MemoryKeyStore.layerWith([
    { record: keyOf("a"), key: Redacted.make("text of a") },
    { record: keyOf("b"), key: Redacted.make("text of b") }
  ])
)

const lend = Effect.gen(function* () {
  const lent = (yield* KeyVault).lend(wish)
  if (lent === undefined) throw new Error("no key")
  return lent
})
const states = Effect.map(
  KeyVault.use((it) => it.keys),
  (keys) => Object.fromEntries(keys.map(({ id, state }) => [id, state._tag]))
)
const isWith = (lent: LentKey, text: string) => Redacted.value(lent.key) === text
const settle = Effect.yieldNow.pipe(Effect.repeat({ times: 20 }))

describe("the vault over the settings", () => {
  it.effect("lends the key of the settings, and names it without a word of its text", () =>
    Effect.gen(function* () {
      const lent = yield* lend
      assert.isTrue(isWith(lent, `${canary}-1`))
      assert.notInclude(JSON.stringify([yield* KeyVault.use((it) => it.keys), lent]), canary)
    }).pipe(Effect.provide(fromSettings))
  )

  it.effect("gives the key to no origin but its own: a changed base URL takes its own key along", () =>
    Effect.gen(function* () {
      const vault = yield* KeyVault
      assert.isUndefined(vault.lend({ ...wish, origin: "https://elsewhere.example" }))
      const change = { deepseek: { baseURL: "https://elsewhere.example", apiKey: "other" } }
      vault.follow(yield* LiveSettings.use((it) => it.update(change)))
      assert.isUndefined(vault.lend(wish))
      assert.isTrue(isWith(vault.lend({ ...wish, origin: "https://elsewhere.example" }) ?? (yield* lend), "other"))
    }).pipe(Effect.provide(fromSettings))
  )

  it.effect("takes a new key of the settings at once, and ends the old one with the last request that holds it", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const old = yield* lend
        vault.follow(yield* LiveSettings.use((it) => it.update({ deepseek: { apiKey: "new" } })))
        assert.isTrue(isWith(yield* lend, "new"))
        assert.isTrue(isWith(old, `${canary}-1`))
        assert.strictEqual((yield* states)["environment-deepseek"], "Draining")
        vault.giveBack(old)
        assert.strictEqual((yield* states)["environment-deepseek"], "Retired")
        assert.strictEqual((yield* states)["environment-deepseek-2"], "Active")
        yield* settle
        assert.includeMembers([...tagsOf(events)], ["KeyOpened", "KeyAdded", "KeyRotated", "KeyRetired"])
        assert.notInclude(JSON.stringify(events), canary)
      }).pipe(Effect.provide(fromSettings))
    )
  )
})

describe("the vault over a store", () => {
  it.effect("uses the keys of the store first, and that of the settings where no other is healthy", () =>
    Effect.gen(function* () {
      const vault = yield* KeyVault
      const order: Array<string> = []
      for (const _ of [1, 2, 3]) {
        const lent = yield* lend
        order.push(lent.id)
        yield* vault.refused(lent, Effect.succeed("rejected"))
        vault.giveBack(lent)
      }
      assert.deepStrictEqual(order, ["a", "b", "environment-deepseek"])
      assert.isFalse(vault.has(wish))
      assert.isUndefined(vault.lend(wish))
    }).pipe(Effect.provide(fromStore))
  )

  it.effect("asks once whether a refused key is known, however many calls it was refused in, and whoever leaves", () =>
    Effect.gen(function* () {
      const vault = yield* KeyVault
      const lent = yield* lend
      const answer = yield* Deferred.make<KeyVerdict>()
      let asked = 0
      const ask = Effect.suspend(() => {
        asked += 1
        return Deferred.await(answer)
      })
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(vault.refused(lent, ask)))
      yield* settle
      const [first, ...others] = fibers
      if (first !== undefined) yield* Fiber.interrupt(first)
      yield* Deferred.succeed(answer, "rejected")
      assert.deepStrictEqual(yield* Effect.forEach(others, Fiber.join), ["rejected", "rejected"])
      assert.strictEqual(asked, 1)
      assert.strictEqual((yield* states)["a"], "Retired")
    }).pipe(Effect.provide(fromStore))
  )

  it.effect("keeps what becomes of a key, and takes what somebody else has changed", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const store = yield* KeyStore
        yield* vault.refused(yield* lend, Effect.succeed("unconfirmed"))
        yield* settle
        const kept = yield* store.change({ event: { _tag: "Used", id: keyOf("b").id } })
        assert.strictEqual(kept[0]?.record.state._tag, "SetAside")
        const rotated = keyOf("c", { version: 3 })
        yield* store.change({ event: { _tag: "Add", key: rotated, replaces: "all" }, key: Redacted.make("text of c") })
        yield* settle
        assert.isTrue(isWith(yield* lend, "text of c"))
        assert.deepInclude(yield* states, { c: "Active", b: "Retired" })
        assert.include(tagsOf(events), "KeyRotated")
      }).pipe(Effect.provide(fromStore))
    )
  )

  it.effect("tells that an account rests, and blames no key for it", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const vault = yield* KeyVault
        vault.cooled(yield* lend, Duration.seconds(30))
        yield* settle
        assert.include(tagsOf(events), "KeyCooled")
        assert.strictEqual((yield* states)["a"], "Active")
        assert.strictEqual((yield* lend).id, "a")
      }).pipe(Effect.provide(fromStore))
    )
  )

  it.effect("keeps a key that could not be asked about for want of an answer", () =>
    Effect.gen(function* () {
      const vault = yield* KeyVault
      const lent = yield* lend
      assert.strictEqual(yield* vault.refused(lent, Effect.die(new Error("no network"))), "unreachable")
      assert.strictEqual((yield* states)["a"], "SetAside")
      assert.strictEqual(lent.isSetAside, true)
      vault.accepted(lent)
      assert.strictEqual((yield* states)["a"], "Active")
      assert.strictEqual(origin, wish.origin)
    }).pipe(Effect.provide(fromStore))
  )
})

describe("a vault that can not be written", () => {
  it.effect("says so, and goes on with the keys as they are: what is retired stays so", () =>
    recordCalls((events) =>
      Effect.gen(function* () {
        const vault = yield* KeyVault
        const lent = yield* lend
        yield* vault.refused(lent, Effect.succeed("rejected"))
        vault.giveBack(lent)
        yield* settle
        assert.deepInclude(yield* states, { a: "Retired", b: "Active" })
        assert.strictEqual((yield* lend).id, "b")
        const trouble = events.find((it) => it._tag === "VaultTrouble")
        assert.deepInclude(trouble, { doing: "writing", remedy: "make room on the disk" })
      }).pipe(Effect.provide(vaultOver(fullDisk)))
    )
  )
})

const fullDisk = Layer.effect(
  KeyStore,
  Effect.map(KeyStore, (store) => ({
    ...store,
    change: () =>
      Effect.fail(
        new VaultFailed({
          problem: "StorageFailed",
          subject: "vault.json",
          detail: "writing failed (ENOSPC)",
          remedy: "make room on the disk"
        })
      )
  }))
).pipe(
  Layer.provide(
    MemoryKeyStore.layerWith([
      { record: keyOf("a"), key: Redacted.make("text of a") },
      { record: keyOf("b"), key: Redacted.make("text of b") }
    ])
  )
)
