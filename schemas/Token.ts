/**
 * Tokens of the HTTP face as they may be shown: their names, whose they are, what they allow. The text of a token is in
 * none of this: it is shown once, when it is made, and kept as a hash.
 */
import * as Schema from "effect/Schema"
import { Owner } from "./Identifiers.ts"

/** Names a token. It stands in the token's text, and tells nothing of its secret. **Units** 12 hexadecimal digits. */
export const TokenId = Schema.String.check(Schema.isPattern(/^[0-9a-f]{12}$/))
  .annotate({ expected: "12 hexadecimal digits" })
  .pipe(Schema.brand("TokenId"))
export type TokenId = typeof TokenId.Type

/**
 * What a token allows.
 *
 * - `use`: calls on behalf of its owner, and everything that is its owner's: jobs, pictures, failures, costs.
 * - `operate`: the program as a whole: settings, circuits, keys, audit, metrics.
 */
export const TokenScope = Schema.Literals(["use", "operate"])
export type TokenScope = typeof TokenScope.Type

/** What a person calls a token, such as the program it is for. **Units** 1 to 60 characters. */
export const TokenName = Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{1,60}$/u)).annotate({
  expected: "1 to 60 characters"
})

/**
 * A token without its text.
 *
 * **Units** instants in milliseconds since 1970. `lastUsedAt` is coarse: an hour may pass before a later use is noted.
 * A token with `revokedAt`, or past its `expiresAt`, lets nobody in.
 */
export const TokenRecord = Schema.Struct({
  id: TokenId,
  owner: Owner,
  scopes: Schema.Array(TokenScope),
  name: Schema.optionalKey(TokenName),
  createdAt: Schema.Int,
  expiresAt: Schema.optionalKey(Schema.Int),
  revokedAt: Schema.optionalKey(Schema.Int),
  lastUsedAt: Schema.optionalKey(Schema.Int)
})
export interface TokenRecord extends Schema.Schema.Type<typeof TokenRecord> {}

/** Who shows a token that is good. */
export interface Bearer {
  readonly tokenId: TokenId
  readonly owner: Owner
  readonly scopes: ReadonlyArray<TokenScope>
}

const common = { tokenId: TokenId, owner: Owner, at: Schema.Int }

/** What happens to tokens, as members of the union of all events. **Units** `at` in milliseconds since 1970. */
export const tokenEvents = [
  /** A token was made. */
  Schema.TaggedStruct("TokenAdded", { ...common, scopes: Schema.Array(TokenScope) }),
  /** A token lets nobody in any more. */
  Schema.TaggedStruct("TokenRevoked", common)
] as const

/** One of them. */
export const TokenEvent = Schema.Union(tokenEvents)
export type TokenEvent = typeof TokenEvent.Type
