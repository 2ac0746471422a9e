/**
 * The text of a token: `ludeng_`, its id, and its secret. Pure.
 *
 * The prefix lets scanners of repositories and our own redaction know one; the id finds its row, so that the secret is
 * compared and never searched for.
 */
import { createHash } from "node:crypto"
import type { TokenId } from "../../schemas/Token.ts"

const tokenPrefix = "ludeng_"

/** **Units** bytes: 48 bits name a token, 256 bits can not be guessed. */
export const tokenIdBytes = 6
/** **Units** bytes. */
export const tokenSecretBytes = 32

/** A token taken apart. */
export interface TokenParts {
  readonly id: TokenId
  readonly secret: string
}

// The secret is base64url without padding.
const whole = /^ludeng_([0-9a-f]{12})_([\w-]{43})$/

/** The text, from random bytes. */
export const tokenText = (id: TokenId, secret: Uint8Array): string =>
  `${tokenPrefix}${id}_${Buffer.from(secret).toString("base64url")}`

/** The id that random bytes make. */
export const tokenIdOf = (bytes: Uint8Array): TokenId => Buffer.from(bytes).toString("hex") as TokenId

/** Takes a text apart; `undefined` where it is no token. */
export const tokenIn = (text: string): TokenParts | undefined => {
  const [, id, secret] = whole.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id: id as TokenId, secret }
}

/**
 * What is kept of a token's secret. One round of SHA-256: 256 random bits can not be guessed however fast the hash is, so
 * that a slow one would only slow down every request.
 */
export const secretHash = (secret: string): Uint8Array => createHash("sha256").update(secret).digest()
