/**
 * The keys in use with their texts, and how many requests hold each. Plain memory, changed in one step at a time: nobody
 * sees half of a change.
 */
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { KeyId, KeyRecord } from "../../schemas/Key.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import { chooseKey, type KeyWish } from "./ChooseKey.ts"
import {
  decideRing,
  type Happening,
  isUsable,
  type KeyRing,
  type RingEvent,
  type RingRefusal,
  vaultFirst
} from "./KeyRing.ts"
import type { StoredKey } from "./KeyStore.ts"
import type { LentKey } from "./KeyVault.ts"

/** A key in use. */
export class HeldKey implements LentKey {
  readonly id: KeyId
  readonly key: Redacted.Redacted<string>
  record: KeyRecord
  leases = 0
  wasUsed = false

  constructor(record: KeyRecord, key: Redacted.Redacted<string>) {
    this.id = record.id
    this.key = key
    this.record = record
  }

  get isSetAside(): boolean {
    return this.record.state._tag === "SetAside"
  }
}

/** The ring in use. */
export class HeldKeys {
  #ring: KeyRing = []
  readonly #held = new Map<KeyId, HeldKey>()
  /** What was chosen since the ring last changed: origins of a program are few. */
  readonly #chosen: { readonly [S in QuotaScope]: Map<string, HeldKey | undefined> } = {
    deepseek: new Map(),
    nanobanana: new Map(),
    "nanobanana-fallback": new Map()
  }

  get ring(): KeyRing {
    return this.#ring
  }

  get(id: KeyId): HeldKey | undefined {
    return this.#held.get(id)
  }

  /** The first keys of a program, as they are. */
  open(keys: ReadonlyArray<StoredKey>): void {
    this.provide(keys)
    this.#change(vaultFirst([...this.#ring, ...keys.map(({ record }) => record)]))
  }

  /** The texts of keys that the ring has, or will have. */
  provide(keys: ReadonlyArray<StoredKey>): void {
    for (const { key, record } of keys) {
      if (key !== undefined && !this.#held.has(record.id)) this.#held.set(record.id, new HeldKey(record, key))
    }
  }

  /** Changes the ring, and answers what is to be told. **Units** `now` in milliseconds since 1970. */
  decide(event: RingEvent, now: number): Result.Result<ReadonlyArray<Happening>, RingRefusal> {
    return Result.map(decideRing(this.#ring, event, now), ({ happened, ring }) => {
      if (ring !== this.#ring) this.#change(ring)
      return happened
    })
  }

  choose(wish: KeyWish): HeldKey | undefined {
    if (wish.except !== undefined && wish.except.length > 0) return this.#look(wish)
    const chosen = this.#chosen[wish.scope]
    const known = chosen.get(wish.origin)
    if (known !== undefined || chosen.has(wish.origin)) return known
    const found = this.#look(wish)
    chosen.set(wish.origin, found)
    return found
  }

  lend(wish: KeyWish): HeldKey | undefined {
    const key = this.choose(wish)
    if (key !== undefined) {
      key.leases += 1
      key.wasUsed = true
    }
    return key
  }

  /** Takes a key back; gives it where it drains and this was the last that held it. */
  giveBack({ id }: LentKey): HeldKey | undefined {
    const key = this.#held.get(id)
    if (key === undefined) return undefined
    key.leases -= 1
    if (key.leases > 0) return undefined
    if (key.record.state._tag === "Retired") this.#held.delete(id)
    return key.record.state._tag === "Draining" ? key : undefined
  }

  /** Keys that drain, and that nobody holds. */
  idleDraining(): ReadonlyArray<HeldKey> {
    return [...this.#held.values()].filter((it) => it.leases === 0 && it.record.state._tag === "Draining")
  }

  /** The usable keys of a scope that come from the settings. */
  ofSettings(scope: QuotaScope): KeyRing {
    return this.#ring.filter((it) => it.scope === scope && it.source === "settings" && isUsable(it))
  }

  /** The keys of the vault that were used since this was last asked. */
  takeUsed(): ReadonlyArray<KeyId> {
    const used = [...this.#held.values()].filter((it) => it.wasUsed && it.record.source === "vault")
    for (const key of used) key.wasUsed = false
    return used.map(({ id }) => id)
  }

  #look(wish: KeyWish): HeldKey | undefined {
    const record = chooseKey(this.#ring, wish)
    return record === undefined ? undefined : this.#held.get(record.id)
  }

  /** A retired key that nobody holds is forgotten, its text with it. */
  #change(ring: KeyRing): void {
    this.#ring = ring
    for (const chosen of Object.values(this.#chosen)) chosen.clear()
    for (const record of ring) {
      const key = this.#held.get(record.id)
      if (key === undefined) continue
      key.record = record
      if (record.state._tag === "Retired" && key.leases === 0) this.#held.delete(record.id)
    }
  }
}
