/**
 * What happens to keys, as members of the union of all events. They name a key by its id and the account it draws on, and
 * say what a person can do; no event holds the text of a key.
 */
import * as Schema from "effect/Schema"
import { KeyAccount, KeyId, KeySource, RetiredBecause } from "./Key.ts"
import { Provider, QuotaScope } from "./Provider.ts"

const common = { provider: Provider, scope: QuotaScope, keyId: KeyId, at: Schema.Int }

/** The events of one key. **Units** `at` in milliseconds since 1970. */
export const keyEvents = [
  /** A key has come that was not there before. */
  Schema.TaggedStruct("KeyAdded", { ...common, account: KeyAccount }),
  /** A key was read when the program began. */
  Schema.TaggedStruct("KeyOpened", { ...common, source: KeySource }),
  /** A key is used from now on: chosen by a person, or good again after it was set aside. */
  Schema.TaggedStruct("KeyActivated", common),
  /** A key takes the place of others, which end with the calls that hold them. */
  Schema.TaggedStruct("KeyRotated", { ...common, replaces: Schema.Array(KeyId) }),
  /** The provider refused a key, and could not be asked whether it knows it. */
  Schema.TaggedStruct("KeySetAside", { ...common, remedy: Schema.String }),
  /** The provider asked for a pause: it rests the account, and no key is at fault. */
  Schema.TaggedStruct("KeyCooled", { ...common, pause: Schema.Duration }),
  /** A key is used no more. */
  Schema.TaggedStruct("KeyRetired", { ...common, because: RetiredBecause, remedy: Schema.String }),
  /** The provider refused a request with a key that it knows: the key stays. */
  Schema.TaggedStruct("KeyRefused", { ...common, remedy: Schema.String })
] as const

/** One of them. */
export const KeyEvent = Schema.Union(keyEvents)
export type KeyEvent = typeof KeyEvent.Type

/** Whether an event is one of a key: the names of these alone begin so. */
export const isKeyEvent = <Event extends { readonly _tag: string }>(
  event: Event
): event is Extract<Event, { readonly _tag: `Key${string}` }> => event._tag.startsWith("Key")

/** The vault could not be read again, or not be written: the keys in use stay as they are. */
export const VaultTrouble = Schema.TaggedStruct("VaultTrouble", {
  at: Schema.Int,
  doing: Schema.Literals(["reading", "writing"]),
  problem: Schema.String,
  remedy: Schema.String
})
