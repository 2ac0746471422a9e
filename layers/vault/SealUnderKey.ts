/**
 * The sealing itself: AES-256-GCM, a fresh nonce for each text, the place as additional authenticated data.
 *
 * ```text
 * v1.{key id}.{base64url of nonce (12 bytes), ciphertext, tag (16 bytes)}
 * ```
 *
 * Source: NIST SP 800-38D. Random nonces bound a key to 2^32 texts (section 8.3).
 */
import { createCipheriv, createDecipheriv, createSecretKey, hash, hkdfSync, randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { Sealer } from "../../src/vault/Sealer.ts"

/** The length of a data key. **Units** bytes. */
export const dataKeyBytes = 32

const nonceBytes = 12
const tagBytes = 16

/** Tells keys apart, and tells nothing of them. */
const keyIdOf = (key: Uint8Array): string => hash("sha256", Buffer.concat([Buffer.from("key id"), key])).slice(0, 8)

const prefixOf = (key: Uint8Array): string => `v1.${keyIdOf(key)}.`

/** Whether a text was sealed under this key, by what it says of itself. */
export const isSealedUnder = (dataKey: Redacted.Redacted<Uint8Array>, sealed: string): boolean =>
  sealed.startsWith(prefixOf(Redacted.value(dataKey)))

/** The service under a key of `dataKeyBytes`. */
export const sealUnder = (dataKey: Redacted.Redacted<Uint8Array>): Sealer["Service"] => {
  const key = createSecretKey(Redacted.value(dataKey))
  const prefix = prefixOf(Redacted.value(dataKey))
  return {
    seal: (text, place) =>
      Effect.sync(() => {
        const nonce = randomBytes(nonceBytes)
        const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
        cipher.setAAD(Buffer.from(place))
        const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()])
        return prefix + sealed.toString("base64url")
      }),
    // Source: RFC 5869; no salt, as the data key is uniform already.
    keysFor: (purpose) => [
      Redacted.make(new Uint8Array(hkdfSync("sha256", key, new Uint8Array(0), `ludeng ${purpose}`, dataKeyBytes)), {
        label: "derived key"
      })
    ],
    open: (sealed, place) =>
      Effect.suspend(() => {
        if (!sealed.startsWith(prefix)) return Effect.fail(broken(place, "it is sealed under another key"))
        const bytes = Buffer.from(sealed.slice(prefix.length), "base64url")
        if (bytes.length < nonceBytes + tagBytes) return Effect.fail(broken(place, "it is cut off"))
        return Effect.try({
          try: () => {
            const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), {
              authTagLength: tagBytes
            })
            decipher.setAAD(Buffer.from(place))
            decipher.setAuthTag(bytes.subarray(-tagBytes))
            const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
            return Buffer.concat([text, decipher.final()]).toString("utf8")
          },
          catch: () => broken(place, "it was changed, or belongs elsewhere")
        })
      })
  }
}

const broken = (place: string, why: string): typeof StorageFailed.Type => ({
  _tag: "StorageFailed",
  problem: "Corrupt",
  detail: `opening ${place}: ${why}`
})
