/**
 * Who may use the HTTP face: bearer tokens, each with an owner and what it allows.
 *
 * **Details** Once a token was made, the face is closed for good: revoked and expired tokens stay in the list, so that the
 * last one going leaves a face that nobody enters rather than one that everybody does.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Bearer, TokenId, TokenRecord, TokenScope } from "../../schemas/Token.ts"

/** A token that is to be made. `scopes` default `use`; without `expiresAt` (milliseconds since 1970) it is good until revoked. */
export interface TokenWanted {
  readonly owner: Owner
  readonly scopes?: ReadonlyArray<TokenScope>
  readonly name?: string
  readonly expiresAt?: number
}

/** A token that was made, and its text: the only time it is seen. */
export interface AddedToken {
  readonly record: TokenRecord
  readonly token: Redacted.Redacted<string>
}

/**
 * The service.
 *
 * **Errors** `StorageFailed` where the tokens can not be read or written: let nobody in, and look at the home's disk.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { AccessTokens } from "@ludeng/providers"
 * import * as MemoryAccessTokens from "@ludeng/providers/layers/access/MemoryAccessTokens"
 * import { Owner } from "@ludeng/providers/schemas/Identifiers"
 *
 * const program = Effect.gen(function* () {
 *   const tokens = yield* AccessTokens
 *   const before = yield* tokens.isOpen
 *   const { record, token } = yield* tokens.add({ owner: Owner.make("ann") })
 *   const bearer = yield* tokens.identify(token)
 *   yield* tokens.revoke(record.id)
 *   return [before, bearer._tag, (yield* tokens.identify(token))._tag, yield* tokens.isOpen]
 * })
 * await Effect.runPromise(Effect.provide(program, MemoryAccessTokens.layer)) // => [true, "Some", "None", false]
 * ```
 */
export class AccessTokens extends Context.Service<
  AccessTokens,
  {
    /** Whether no token was ever made: then only this machine is served, as the owner `default`, with every scope. */
    readonly isOpen: Effect.Effect<boolean, typeof StorageFailed.Type>
    /** Who shows this token; nobody where it is not known, expired or revoked. Takes as long for a wrong secret as for a right one. */
    readonly identify: (
      token: Redacted.Redacted<string>
    ) => Effect.Effect<Option.Option<Bearer>, typeof StorageFailed.Type>
    readonly add: (wanted: TokenWanted) => Effect.Effect<AddedToken, typeof StorageFailed.Type>
    /** Every token there ever was, the oldest first. */
    readonly list: Effect.Effect<ReadonlyArray<TokenRecord>, typeof StorageFailed.Type>
    /** Lets a token in no more, and gives its record; nothing where there is no such token, or it was revoked before. */
    readonly revoke: (id: TokenId) => Effect.Effect<Option.Option<TokenRecord>, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/access/AccessTokens") {}
