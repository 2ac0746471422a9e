/**
 * Keys of providers as they may be shown: their names, whose quota they draw on, and how they stand. The text of a key is
 * in none of this.
 */
import * as Schema from "effect/Schema"
import { QuotaScope } from "./Provider.ts"

/** Names a key. It is made up when the key is added, and says nothing of the key's text. */
export const KeyId = Schema.NonEmptyString.pipe(Schema.brand("KeyId"))
export type KeyId = typeof KeyId.Type

/** The account at the provider that a key belongs to, in the words of whoever added it. **Units** 1 to 60 characters. */
export const KeyAccount = Schema.String.check(Schema.isPattern(/^[\w.@+-]{1,60}$/)).annotate({
  expected: "1 to 60 letters, digits, or any of . @ + - _"
})

/** The account of a key that was added without one. */
export const defaultAccount = "default"

/** Where a key comes from: the settings (environment, `.env`, code), or the vault. */
export const KeySource = Schema.Literals(["settings", "vault"])
export type KeySource = typeof KeySource.Type

/** Why a key is used no more: its last call has ended, the provider knows it no longer, a person said so. */
export const RetiredBecause = Schema.Literals(["Drained", "Rejected", "ByHand"])
export type RetiredBecause = typeof RetiredBecause.Type

/**
 * How a key stands.
 *
 * - `Active`: calls use it. Of several the first one of the ring is used, the others stand by.
 * - `SetAside`: the provider refused it, and nothing free can be asked whether it is known there; used only where nothing
 *   else is, and retired at its next refusal in a row.
 * - `Draining`: replaced; calls that hold it end with it, no other one gets it.
 * - `Retired`: used no more, and never again.
 *
 * **Units** `since` and `at` in milliseconds since 1970.
 */
export const KeyState = Schema.Union([
  Schema.TaggedStruct("Active", {}),
  Schema.TaggedStruct("SetAside", { since: Schema.Int }),
  Schema.TaggedStruct("Draining", { since: Schema.Int }),
  Schema.TaggedStruct("Retired", { at: Schema.Int, because: RetiredBecause })
])
export type KeyState = typeof KeyState.Type

/**
 * A key without its text.
 *
 * **Units** `version` counts the keys of a scope from 1; `addedAt` and `lastUsedAt` in milliseconds since 1970. `origin`
 * is the one address the key is ever sent to.
 */
export const KeyRecord = Schema.Struct({
  id: KeyId,
  scope: QuotaScope,
  version: Schema.Int,
  account: KeyAccount,
  origin: Schema.String,
  source: KeySource,
  state: KeyState,
  addedAt: Schema.Int,
  lastUsedAt: Schema.optionalKey(Schema.Int)
})
export interface KeyRecord extends Schema.Schema.Type<typeof KeyRecord> {}
