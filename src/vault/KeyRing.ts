/**
 * The ring of keys, and what becomes of it: one pure function over records without any key's text.
 *
 * | state | used by a new call | becomes |
 * | --- | --- | --- |
 * | `Active` | yes; of several the first in the ring | `SetAside`, `Draining`, `Retired` |
 * | `SetAside` | where no active one is | `Active` at a success, `Retired` at the next refusal in a row |
 * | `Draining` | no | `Retired` when the last call that holds it has ended; `Active` if a person takes it back |
 * | `Retired` | never again | - |
 *
 * Which key a call gets is decided in `ChooseKey.ts`; leases are counted in `MakeKeyVault.ts`.
 */
import * as Result from "effect/Result"
import { defaultAccount, type KeyId, type KeyRecord, type KeyState } from "../../schemas/Key.ts"
import type { KeyEvent } from "../../schemas/KeyEvent.ts"
import type { QuotaScope } from "../../schemas/Provider.ts"
import { reloadRing } from "./ReloadRing.ts"
import { providerOf, remedyOf } from "./Remedy.ts"

/** Every key there is, of all scopes, each before those that stand by for it. */
export type KeyRing = ReadonlyArray<KeyRecord>

/** What the free endpoint of a provider said of a key that was refused; `unconfirmed` where there is none to ask. */
export type KeyVerdict = "rejected" | "accepted" | "unconfirmed" | "unreachable"

/** What happens to a ring. */
export type RingEvent =
  /** A key more: to stand by, or in the place of all the others of its scope, or of that of the settings. */
  | { readonly _tag: "Add"; readonly key: KeyRecord; readonly replaces: "none" | "all" | "settings" }
  /** A key of the ring is to be used, the others of its scope drain. */
  | { readonly _tag: "Activate"; readonly id: KeyId }
  /** A key is replaced, by nothing. */
  | { readonly _tag: "Drain"; readonly id: KeyId }
  /** The last call that held a key has ended. */
  | { readonly _tag: "LastLeaseEnded"; readonly id: KeyId }
  | { readonly _tag: "Retire"; readonly id: KeyId }
  /** The provider refused a key, and was asked whether it knows it. */
  | { readonly _tag: "Refused"; readonly id: KeyId; readonly verdict: KeyVerdict }
  /** The provider took a key. */
  | { readonly _tag: "Accepted"; readonly id: KeyId }
  /** A key was used. */
  | { readonly _tag: "Used"; readonly id: KeyId }
  /** The vault was read again; its keys as they stand there. */
  | { readonly _tag: "Reload"; readonly keys: ReadonlyArray<KeyRecord> }

/** Why a change is not made. */
export type RingRefusal =
  | { readonly _tag: "UnknownKey"; readonly id: KeyId }
  | { readonly _tag: "KeyIsRetired"; readonly id: KeyId }
  | { readonly _tag: "IdTaken"; readonly id: KeyId }
  /** One account behind two scopes would be asked for twice its quota. */
  | { readonly _tag: "AccountInOtherScope"; readonly account: string; readonly scope: QuotaScope }

/** An event as the decider knows it; the time is added by whoever tells it. */
export type Happening = KeyEvent extends infer Event ? (Event extends KeyEvent ? Omit<Event, "at"> : never) : never

/** A ring after an event, and what is to be told. The very same ring where nothing has changed. */
export interface RingDecision {
  readonly ring: KeyRing
  readonly happened: ReadonlyArray<Happening>
}

/**
 * Decides. **Units** `now` in milliseconds since 1970; it is written down, and nothing depends on its order.
 *
 * ```ts
 * import * as Result from "effect/Result"
 * import { KeyId, type KeyRecord } from "@ludeng/providers/schemas/Key"
 * import { decideRing } from "@ludeng/providers"
 *
 * const id = KeyId.make("key_1")
 * const key: KeyRecord = {
 *   id,
 *   scope: "deepseek",
 *   version: 1,
 *   account: "default",
 *   origin: "https://api.deepseek.com",
 *   source: "vault",
 *   state: { _tag: "Active" },
 *   addedAt: 0
 * }
 * const after = Result.getOrThrow(decideRing([key], { _tag: "Refused", id, verdict: "rejected" }, 1_000))
 * after.ring[0]?.state // => { _tag: "Retired", at: 1000, because: "Rejected" }
 * ```
 */
export const decideRing = (ring: KeyRing, event: RingEvent, now: number): Result.Result<RingDecision, RingRefusal> => {
  if (event._tag === "Add") return add(ring, event, now)
  if (event._tag === "Reload") return Result.succeed(reloadRing(ring, event.keys, now))
  const key = ring.find(({ id }) => id === event.id)
  if (key === undefined) return Result.fail({ _tag: "UnknownKey", id: event.id })
  switch (event._tag) {
    case "Activate":
      return key.state._tag === "Retired"
        ? Result.fail({ _tag: "KeyIsRetired", id: key.id })
        : Result.succeed(replace(ring, key, usableBeside(ring, key), now))
    case "Drain":
      return Result.succeed(isUsable(key) ? moved(ring, key, { _tag: "Draining", since: now }, []) : unchanged(ring))
    case "LastLeaseEnded":
      return Result.succeed(key.state._tag === "Draining" ? retire(ring, key, "Drained", now) : unchanged(ring))
    case "Retire":
      return Result.succeed(key.state._tag === "Retired" ? unchanged(ring) : retire(ring, key, "ByHand", now))
    case "Refused":
      return Result.succeed(refuse(ring, key, event.verdict, now))
    case "Accepted":
      return Result.succeed(
        key.state._tag === "SetAside"
          ? moved(ring, key, { _tag: "Active" }, [{ _tag: "KeyActivated", ...nameOf(key) }])
          : unchanged(ring)
      )
    case "Used":
      return Result.succeed({ ring: ring.map((it) => (it === key ? { ...it, lastUsedAt: now } : it)), happened: [] })
  }
}

/** Whether a new call may be given the key at all. */
export const isUsable = ({ state }: Pick<KeyRecord, "state">): boolean =>
  state._tag === "Active" || state._tag === "SetAside"

const unchanged = (ring: KeyRing): RingDecision => ({ ring, happened: [] })

const nameOf = ({ id, scope }: KeyRecord) => ({ provider: providerOf(scope), scope, keyId: id })

const moved = (ring: KeyRing, key: KeyRecord, state: KeyState, happened: ReadonlyArray<Happening>): RingDecision => ({
  ring: ring.map((it) => (it.id === key.id ? { ...it, state } : it)),
  happened
})

const retire = (ring: KeyRing, key: KeyRecord, because: "Drained" | "Rejected" | "ByHand", now: number): RingDecision =>
  moved(ring, key, { _tag: "Retired", at: now, because }, [
    { _tag: "KeyRetired", ...nameOf(key), because, remedy: remedyOf(key, because) }
  ])

const refuse = (ring: KeyRing, key: KeyRecord, verdict: KeyVerdict, now: number): RingDecision => {
  if (key.state._tag === "Retired") return unchanged(ring)
  if (verdict === "accepted") {
    const told = { _tag: "KeyRefused", ...nameOf(key), remedy: remedyOf(key, "Refused") } as const
    const decided = key.state._tag === "SetAside" ? moved(ring, key, { _tag: "Active" }, []) : unchanged(ring)
    return { ring: decided.ring, happened: [told] }
  }
  if (verdict === "rejected") return retire(ring, key, "Rejected", now)
  if (key.state._tag === "SetAside")
    return verdict === "unconfirmed" ? retire(ring, key, "Rejected", now) : unchanged(ring)
  if (key.state._tag === "Draining") return unchanged(ring)
  return moved(ring, key, { _tag: "SetAside", since: now }, [
    { _tag: "KeySetAside", ...nameOf(key), remedy: remedyOf(key, "SetAside") }
  ])
}

/** Lets a key take the place of others, which end with the calls that hold them. */
const replace = (ring: KeyRing, key: KeyRecord, replaced: KeyRing, now: number): RingDecision => {
  const others = ring
    .filter((it) => it.id !== key.id)
    .map((it): KeyRecord => (replaced.includes(it) ? { ...it, state: { _tag: "Draining", since: now } } : it))
  return {
    ring: vaultFirst([{ ...key, state: { _tag: "Active" } }, ...others]),
    happened: [
      { _tag: "KeyActivated", ...nameOf(key) },
      ...(replaced.length === 0
        ? []
        : [{ _tag: "KeyRotated", ...nameOf(key), replaces: replaced.map(({ id }) => id) } as const])
    ]
  }
}

const usableBeside = (ring: KeyRing, key: KeyRecord): KeyRing =>
  ring.filter((it) => it.scope === key.scope && it.id !== key.id && isUsable(it))

/** The keys of the vault go before those of the settings, which stand in where the vault has none. */
export const vaultFirst = (ring: KeyRing): KeyRing => [
  ...ring.filter(({ source }) => source === "vault"),
  ...ring.filter(({ source }) => source === "settings")
]

const add = (
  ring: KeyRing,
  { key, replaces }: { readonly key: KeyRecord; readonly replaces: "none" | "all" | "settings" },
  now: number
): Result.Result<RingDecision, RingRefusal> => {
  if (ring.some(({ id }) => id === key.id)) return Result.fail({ _tag: "IdTaken", id: key.id })
  const elsewhere = ring.find((it) => isSameAccount(it, key) && it.scope !== key.scope && it.state._tag !== "Retired")
  if (elsewhere !== undefined)
    return Result.fail({ _tag: "AccountInOtherScope", account: key.account, scope: elsewhere.scope })
  const told: Happening = { _tag: "KeyAdded", ...nameOf(key), account: key.account }
  if (replaces === "none") return Result.succeed({ ring: vaultFirst([...ring, key]), happened: [told] })
  const replaced = usableBeside(ring, key).filter(({ source }) => replaces === "all" || source === "settings")
  const rotated = replace(ring, key, replaced, now)
  return Result.succeed({ ring: rotated.ring, happened: [told, ...rotated.happened] })
}

/** Keys without a name for their account are not known to share one. */
const isSameAccount = (left: KeyRecord, right: KeyRecord): boolean =>
  left.account === right.account && left.account !== defaultAccount && left.origin === right.origin
