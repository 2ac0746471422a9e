/**
 * What a vault that was read again makes of the ring in use. Pure.
 */
import type { KeyRecord } from "../../schemas/Key.ts"
import type { Happening, KeyRing, RingDecision } from "./KeyRing.ts"
import { providerOf, remedyOf } from "./Remedy.ts"

/**
 * Takes the vault's keys as they stand in it. What is retired here stays so, though the vault may not have been told yet;
 * so does what is set aside. A key that the vault has no more is retired: a person took it out. **Units** `now` in
 * milliseconds since 1970.
 */
export const reloadRing = (ring: KeyRing, keys: ReadonlyArray<KeyRecord>, now: number): RingDecision => {
  const before = new Map(ring.filter(({ source }) => source === "vault").map((it) => [it.id, it]))
  const taken = keys.map((key) => asKnown(key, before.get(key.id)))
  const gone = [...before.values()].filter(({ id }) => !keys.some((key) => key.id === id)).map((it) => retired(it, now))
  const next = [...taken, ...gone]
  return {
    ring: [...next, ...ring.filter(({ source }) => source === "settings")],
    happened: next.flatMap((key) => changeOf(key, before.get(key.id), [...before.values()], next))
  }
}

const asKnown = (key: KeyRecord, known: KeyRecord | undefined): KeyRecord => {
  const stays = known?.state._tag === "Retired" || (known?.state._tag === "SetAside" && key.state._tag === "Active")
  return stays ? { ...key, state: known.state } : key
}

const retired = (key: KeyRecord, now: number): KeyRecord =>
  key.state._tag === "Retired" ? key : { ...key, state: { _tag: "Retired", at: now, because: "ByHand" } }

/** What is to be told of a key, by how it stood before. */
const changeOf = (
  key: KeyRecord,
  known: KeyRecord | undefined,
  before: KeyRing,
  after: KeyRing
): ReadonlyArray<Happening> => {
  const name = { provider: providerOf(key.scope), scope: key.scope, keyId: key.id }
  const { state } = key
  if (known === undefined) {
    const added: Happening = { _tag: "KeyAdded", ...name, account: key.account }
    return state._tag === "Active" ? [added, ...rotation(key, name, before, after)] : [added]
  }
  if (state._tag === known.state._tag) return []
  switch (state._tag) {
    case "Active":
      return [{ _tag: "KeyActivated", ...name }, ...rotation(key, name, before, after)]
    case "Retired":
      return [{ _tag: "KeyRetired", ...name, because: state.because, remedy: remedyOf(key, state.because) }]
    case "SetAside":
      return [{ _tag: "KeySetAside", ...name, remedy: remedyOf(key, "SetAside") }]
    case "Draining":
      return []
  }
}

/** The keys of the scope that drain since the key is there were replaced by it. */
const rotation = (
  key: KeyRecord,
  name: Pick<Happening, "provider" | "scope" | "keyId">,
  before: KeyRing,
  after: KeyRing
): ReadonlyArray<Happening> => {
  const replaces = after
    .filter((it) => it.scope === key.scope && it.state._tag === "Draining")
    .filter((it) => before.some((known) => known.id === it.id && known.state._tag !== "Draining"))
    .map(({ id }) => id)
  return replaces.length === 0 ? [] : [{ _tag: "KeyRotated", ...name, replaces }]
}
