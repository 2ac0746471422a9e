/** What every `KeyStore` does, wherever it keeps its keys. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import type { KeyStore, StoredKey } from "../../src/vault/KeyStore.ts"
import { recordOf, textOf } from "../layers/vault/VaultWorld.ts"

type Store = KeyStore["Service"]

const shown = (keys: ReadonlyArray<StoredKey>) =>
  keys.map(({ key, record }) => `${record.id} ${record.state._tag} ${key === undefined ? "-" : Redacted.value(key)}`)

const textIn = (name: string) => Redacted.value(textOf(name))

const add = (name: string, replaces: "none" | "all") =>
  ({ event: { _tag: "Add", key: recordOf(name), replaces }, key: textOf(name) }) as const

/** `make` gives a store that holds the key `a` of DeepSeek, and a second one over the same keys. */
export const keyStoreContract = (make: Effect.Effect<readonly [Store, Store], VaultFailed, Scope.Scope>): void => {
  it.live("gives what it was opened with", () =>
    Effect.gen(function* () {
      const [store] = yield* make
      assert.deepStrictEqual(shown(store.opened), [`a Active ${textIn("a")}`])
    })
  )

  it.live("keeps what is added and what becomes of it, and forgets the text of a retired key", () =>
    Effect.gen(function* () {
      const [store] = yield* make
      assert.deepStrictEqual(shown(yield* store.change(add("b", "all"))), [
        `b Active ${textIn("b")}`,
        `a Draining ${textIn("a")}`
      ])
      assert.deepStrictEqual(shown(yield* store.change({ event: { _tag: "LastLeaseEnded", id: recordOf("a").id } })), [
        `b Active ${textIn("b")}`,
        "a Retired -"
      ])
    })
  )

  it.live("refuses what the ring refuses, and is then as it was", () =>
    Effect.gen(function* () {
      const [store] = yield* make
      const refused = yield* Effect.flip(store.change({ event: { _tag: "Retire", id: recordOf("nobody").id } }))
      assert.strictEqual(refused.problem, "Refused")
      assert.strictEqual((yield* store.change({ event: { _tag: "Used", id: recordOf("a").id } })).length, 1)
    })
  )

  it.live("tells of what somebody else has changed", () =>
    Effect.gen(function* () {
      const [store, other] = yield* make
      const heard = yield* Effect.forkChild(Stream.runHead(store.changes))
      yield* Effect.sleep("150 millis")
      yield* other.change(add("b", "none"))
      const found = yield* Fiber.join(heard)
      if (found._tag === "None" || found.value instanceof VaultFailed) throw new Error("nothing was heard")
      assert.deepStrictEqual(shown(found.value), [`a Active ${textIn("a")}`, `b Active ${textIn("b")}`])
    })
  )
}
