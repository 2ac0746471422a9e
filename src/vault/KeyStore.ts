/**
 * Where keys are kept between two runs of the program, sealed. `KeyVault` is the ring in use; this is its memory.
 *
 * Layers: a sealed file (`layers/vault/FileKeyStore.ts`), nothing (`layers/vault/NoKeyStore.ts`: keys from the settings
 * alone), memory for tests.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { KeyRecord } from "../../schemas/Key.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import type { RingEvent } from "./KeyRing.ts"

/** A key that is kept; of a retired one only the record is left. */
export interface StoredKey {
  readonly record: KeyRecord
  readonly key?: Redacted.Redacted<string>
}

/** A change of what is kept; with `Add` comes the key itself. */
export interface StoreChange {
  readonly event: RingEvent
  readonly key?: Redacted.Redacted<string>
}

/**
 * The service.
 *
 * **Errors** `VaultFailed` says what a person can do. What was kept before is kept still: a change is made whole or not
 * at all.
 */
export class KeyStore extends Context.Service<
  KeyStore,
  {
    /** What was kept when the program began. */
    readonly opened: ReadonlyArray<StoredKey>
    /** Makes a change on what is kept now, whoever wrote it last, and answers what is kept then. */
    readonly change: (change: StoreChange) => Effect.Effect<ReadonlyArray<StoredKey>, VaultFailed>
    /** What is kept, each time somebody else has changed it; or why it could not be read, and then it goes on. */
    readonly changes: Stream.Stream<ReadonlyArray<StoredKey> | VaultFailed>
  }
>()("@ludeng/providers/vault/KeyStore") {}
