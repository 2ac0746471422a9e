/**
 * AES-256-GCM over bytes: a nonce of chance for each, and a context that must be the same when it is opened.
 *
 * **Units** sealed: 12 bytes of nonce, the ciphertext, 16 bytes of tag, as base64url. Source: NIST SP 800-38D.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto"
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import type { KeyRecord } from "../../schemas/Key.ts"
import { providerOf } from "../../src/vault/Remedy.ts"
import type { SealedKey, VaultForm, Wrap } from "./VaultForm.ts"
import { keyBytes } from "./VaultSecrets.ts"

const nonceBytes = 12
const tagBytes = 16

/** Seals. */
export const sealBytes = (key: Uint8Array, bytes: Uint8Array, context: string): string => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString("base64url")
}

/** Opens; `undefined` where it was changed, cut, sealed under another key or for another context. */
export const openBytes = (key: Uint8Array, sealed: string, context: string): Uint8Array | undefined => {
  const bytes = Buffer.from(sealed, "base64url")
  if (bytes.length < nonceBytes + tagBytes) return undefined
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    return new Uint8Array(Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]))
  } catch {
    return undefined
  }
}

/** What one key of the data key's is used for: each use has a key of its own. */
export type KeyUse = "keys" | "records" | "texts"

/** The key of a use. Source: RFC 5869. */
export const subKey = (dataKey: Uint8Array, use: KeyUse): Uint8Array =>
  new Uint8Array(hkdfSync("sha256", dataKey, new Uint8Array(0), `ludeng-vault/1/${use}`, keyBytes))

/** What the text of a key is bound to: swapped between providers, or with another key's, it can not be opened. */
export const contextOfKey = ({ id, scope, version }: Pick<KeyRecord, "id" | "scope" | "version">): string => {
  const bound: readonly [string, Provider, QuotaScope, string, number] = [
    "ludeng-vault/1/key",
    providerOf(scope),
    scope,
    id,
    version
  ]
  return JSON.stringify(bound)
}

/** What the wrapped data key is bound to: how it was wrapped. */
export const contextOfWrap = (wrap: Omit<Wrap, "sealed">): string => {
  const { sealed: _, ...facts } = { sealed: "", ...wrap }
  return `ludeng-vault/1/wrap ${sorted(facts)}`
}

/** The HMAC over all records, in their order. */
export const sealOfRecords = (dataKey: Uint8Array, keys: ReadonlyArray<SealedKey>): string =>
  createHmac("sha256", subKey(dataKey, "records")).update(sorted(keys)).digest("base64url")

/** Whether the records are those that were sealed. */
export const hasItsSeal = (dataKey: Uint8Array, { keys, seal }: Pick<VaultForm, "keys" | "seal">): boolean => {
  const expected = Buffer.from(sealOfRecords(dataKey, keys))
  const found = Buffer.from(seal)
  return expected.length === found.length && timingSafeEqual(expected, found)
}

/** JSON that does not depend on the order of fields. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_name, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : it
  )
