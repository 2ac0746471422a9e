/**
 * Where tokens are kept: their records, and the hashes of their secrets. Several programs may share one store; what one of
 * them changes holds for the others at their next request.
 */
import type * as Effect from "effect/Effect"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { TokenId, TokenRecord } from "../../schemas/Token.ts"

/** A record with what its secret is known by. */
export interface StoredToken {
  readonly record: TokenRecord
  readonly secretHash: Uint8Array
}

type Stored<A> = Effect.Effect<A, typeof StorageFailed.Type>

/** The store. `revoke` and `noteUse` leave a token alone that is revoked, or not there. */
export interface TokenStore {
  readonly isEmpty: Stored<boolean>
  readonly find: (id: TokenId) => Stored<StoredToken | undefined>
  /** The oldest first. */
  readonly list: Stored<ReadonlyArray<TokenRecord>>
  readonly insert: (token: StoredToken) => Stored<void>
  readonly revoke: (id: TokenId, at: number) => Stored<void>
  readonly noteUse: (id: TokenId, at: number) => Stored<void>
}
