/**
 * Keys kept in memory: for tests, and for hosts that have a vault of their own and read it at the start.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { KeyId } from "../../schemas/Key.ts"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { decideRing, type KeyRing } from "../../src/vault/KeyRing.ts"
import { KeyStore, type StoredKey } from "../../src/vault/KeyStore.ts"

/** A store that holds these keys, and whatever is changed later. */
export const layerWith = (first: ReadonlyArray<StoredKey>): Layer.Layer<KeyStore> =>
  Layer.effect(
    KeyStore,
    Effect.gen(function* () {
      const texts = new Map<KeyId, Redacted.Redacted<string>>()
      const ring = yield* SubscriptionRef.make<KeyRing>(first.map(({ record }) => record))
      for (const { key, record } of first) if (key !== undefined) texts.set(record.id, key)
      const stored = (now: KeyRing): ReadonlyArray<StoredKey> =>
        now.map((record) => {
          const key = texts.get(record.id)
          return key === undefined || record.state._tag === "Retired" ? { record } : { record, key }
        })
      return KeyStore.of({
        opened: first,
        change: ({ event, key }) =>
          Effect.gen(function* () {
            const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
            const decided = decideRing(yield* SubscriptionRef.get(ring), event, at)
            if (Result.isFailure(decided)) return yield* refusedChange(decided.failure._tag)
            if (event._tag === "Add" && key !== undefined) texts.set(event.key.id, key)
            yield* SubscriptionRef.set(ring, decided.success.ring)
            return stored(decided.success.ring)
          }),
        changes: Stream.map(Stream.drop(SubscriptionRef.changes(ring), 1), stored)
      })
    })
  )

const refusedChange = (detail: string) =>
  new VaultFailed({ problem: "Refused", subject: "keys in memory", detail, remedy: "look at the keys there are" })
