/**
 * `AccessTokens` over a store and a source of chance that nobody can foresee.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Mac from "effect/crypto/Mac"
import type { Bearer } from "../../schemas/Token.ts"
import { type AccessTokens, type AddedToken, type TokenWanted } from "./AccessTokens.ts"
import { isUseWorthNoting, standingOf } from "./TokenStanding.ts"
import type { TokenStore } from "./TokenStore.ts"
import { secretHash, tokenIdBytes, tokenIdOf, tokenIn, tokenSecretBytes, tokenText } from "./TokenText.ts"

/** Compared with where there is no such token, so that an id that exists takes no longer than one that does not. */
const nobodysHash = secretHash("")

/** Makes the service. `chanceOf` must be the system's: seeded chance would make tokens that can be guessed. */
export const makeAccessTokens = (
  store: TokenStore,
  chanceOf: (count: number) => Uint8Array
): AccessTokens["Service"] => ({
  isOpen: store.isEmpty,
  list: store.list,

  identify: Effect.fnUntraced(function* (token) {
    const parts = tokenIn(Redacted.value(token))
    if (parts === undefined) return Option.none()
    const stored = yield* store.find(parts.id)
    const isSame = Mac.timingSafeEqual(stored?.secretHash ?? nobodysHash, secretHash(parts.secret))
    if (stored === undefined || !isSame) return Option.none()
    const { record } = stored
    const now = yield* Clock.currentTimeMillis
    if (standingOf(record, now) !== "good") return Option.none()
    // A use that can not be written down is no reason to turn its bearer away.
    if (isUseWorthNoting(record, now)) yield* Effect.ignore(store.noteUse(record.id, now))
    const bearer: Bearer = { tokenId: record.id, owner: record.owner, scopes: record.scopes }
    return Option.some(bearer)
  }),

  add: Effect.fnUntraced(function* ({ expiresAt, name, owner, scopes = ["use"] }: TokenWanted) {
    const id = tokenIdOf(chanceOf(tokenIdBytes))
    const text = tokenText(id, chanceOf(tokenSecretBytes))
    const record = {
      id,
      owner,
      scopes: [...new Set(scopes)],
      createdAt: yield* Clock.currentTimeMillis,
      ...(name === undefined ? {} : { name }),
      ...(expiresAt === undefined ? {} : { expiresAt })
    }
    yield* store.insert({ record, secretHash: secretHash(text.slice(-43)) })
    const added: AddedToken = { record, token: Redacted.make(text, { label: "token" }) }
    return added
  }),

  revoke: Effect.fnUntraced(function* (id) {
    const stored = yield* store.find(id)
    if (stored === undefined || stored.record.revokedAt !== undefined) return Option.none()
    const revokedAt = yield* Clock.currentTimeMillis
    yield* store.revoke(id, revokedAt)
    return Option.some({ ...stored.record, revokedAt })
  })
})
