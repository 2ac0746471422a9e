/**
 * Seals the texts of people before they are kept: prompts and enhanced prompts, wherever they come to rest.
 *
 * Layers: under a local key of the home; under the vault's, where there is one; under a key of the process, for what ends
 * with it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
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
    readonly open: (sealed: string, place: string) => Effect.Effect<string, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/vault/Sealer") {}
