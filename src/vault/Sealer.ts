/**
 * Seals the texts of people before they are kept: prompts and enhanced prompts, wherever they come to rest.
 *
 * Layers: under a local key of the home; under the vault's, where there is one; under a key of the process, for what ends
 * with it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type { StorageFailed } from "../../schemas/Reason.ts"

/**
 * The service. `place` says where the text stands (`job:{id}`): sealed for one place it can not be opened in another.
 *
 * **Errors** `StorageFailed` with `Corrupt` where a text was changed, moved, or sealed under another key.
 */
export class Sealer extends Context.Service<
  Sealer,
  {
    /** The sealed text: visible ASCII, one third longer than the text and some 80 characters. */
    readonly seal: (text: string, place: string) => Effect.Effect<string>
    /**
     * Keys of their own for a purpose, which tell nothing of the data keys: first the one in use, then those of before
     * whose data key is still here. **Units** 32 bytes each.
     */
    readonly keysFor: (
      purpose: string
    ) => readonly [Redacted.Redacted<Uint8Array>, ...Array<Redacted.Redacted<Uint8Array>>]
    readonly open: (sealed: string, place: string) => Effect.Effect<string, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/vault/Sealer") {}
