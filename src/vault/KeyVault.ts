/**
 * The keys of the program: which one a request is sent with, and what becomes of a key that the provider refuses.
 *
 * A key is lent for one request and comes back with its end: whoever got one before a rotation ends with it, whoever
 * comes after gets the new one, and none sees half of each. Its text is `Redacted` from here to the header; there is no
 * way to list or export it.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { KeyId, KeyRecord } from "../../schemas/Key.ts"
import type { SettingsVersion } from "../../schemas/Settings.ts"
import type { KeyWish } from "./ChooseKey.ts"
import type { KeyVerdict } from "./KeyRing.ts"

/** A key that is lent. */
export interface LentKey {
  readonly id: KeyId
  readonly key: Redacted.Redacted<string>
  /** Whether the provider has refused it, and has not taken it since. */
  readonly isSetAside: boolean
}

/**
 * The service. Lending and giving back take no time and can not fail.
 *
 * **Gotchas** A key is lent only for the origin it was added for: a changed base URL finds no key.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { KeyVault } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const keys = await Effect.runPromise(Effect.provide(KeyVault.use((it) => it.keys), Mock.layer))
 * keys.map(({ id }) => id) // => ["environment-deepseek", "environment-nanobanana"]
 * ```
 */
export class KeyVault extends Context.Service<
  KeyVault,
  {
    /** Every key without its text, those first that are used first. */
    readonly keys: Effect.Effect<ReadonlyArray<KeyRecord>>
    /** Whether `lend` would lend one now. */
    readonly has: (wish: KeyWish) => boolean
    /** Lends a key for one request; `undefined` where no healthy one is. What is lent must be given back, once. */
    readonly lend: (wish: KeyWish) => LentKey | undefined
    readonly giveBack: (lent: LentKey) => void
    /** The provider has taken a key that was set aside. */
    readonly accepted: (lent: LentKey) => void
    /**
     * The provider has refused a key; `ask` asks whether it knows it at all, where there is something free to ask. However
     * many calls say so at once, it is asked once, and all hear the same.
     */
    readonly refused: (lent: LentKey, ask: Effect.Effect<KeyVerdict>) => Effect.Effect<KeyVerdict>
    /** The provider has asked for a pause: the account rests, no key is at fault. */
    readonly cooled: (lent: LentKey, pause: Duration.Duration) => void
    /** Takes the keys of a version of the settings that is newer than the one in force. */
    readonly follow: (version: SettingsVersion) => void
  }
>()("@ludeng/providers/vault/KeyVault") {}
