/**
 * Tokens in memory: for tests, and for a host that knows its callers by other means. They end with the process.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { TokenId, TokenRecord } from "../../schemas/Token.ts"
import { AccessTokens } from "../../src/access/AccessTokens.ts"
import { makeAccessTokens } from "../../src/access/MakeAccessTokens.ts"
import type { StoredToken, TokenStore } from "../../src/access/TokenStore.ts"

const memoryStore = (): TokenStore => {
  const tokens = new Map<TokenId, StoredToken>()
  const change = (id: TokenId, more: Partial<TokenRecord>) =>
    Effect.sync(() => {
      const stored = tokens.get(id)
      if (stored !== undefined && stored.record.revokedAt === undefined)
        tokens.set(id, { ...stored, record: { ...stored.record, ...more } })
    })
  return {
    isEmpty: Effect.sync(() => tokens.size === 0),
    find: (id) => Effect.sync(() => tokens.get(id)),
    list: Effect.sync(() => [...tokens.values()].map(({ record }) => record)),
    insert: (token) => Effect.sync(() => void tokens.set(token.record.id, token)),
    revoke: (id, revokedAt) => change(id, { revokedAt }),
    noteUse: (id, lastUsedAt) => change(id, { lastUsedAt })
  }
}

/** The layer. */
export const layer: Layer.Layer<AccessTokens> = Layer.sync(AccessTokens, () =>
  makeAccessTokens(memoryStore(), randomBytes)
)
