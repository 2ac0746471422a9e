/**
 * What opens the vault: a passphrase, from which Argon2id makes a key, or a key of 32 bytes from the host.
 */
import * as crypto from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import type { Argon2Cost } from "./VaultForm.ts"

/** What opens a vault: the passphrase, or the key of 32 bytes. */
export type Secret = Redacted.Redacted<string>

/** The key under which everything in a vault is sealed. */
export type DataKey = Redacted.Redacted<Uint8Array>

/** The length of every key of the vault. **Units** bytes. */
export const keyBytes = 32

/** The length of a salt. **Units** bytes. */
export const saltBytes = 16

const subject = "LUDENG_VAULT_KEY"

/** The 32 bytes that a secret spells, as base64, base64url or hexadecimal digits; `undefined` where it is a passphrase. */
export const keyIn = (secret: Secret): Uint8Array | undefined => {
  const text = Redacted.value(secret).trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, "hex"))
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined
  const bytes = Buffer.from(text, "base64")
  return bytes.length === keyBytes ? new Uint8Array(bytes) : undefined
}

/** Whether this runtime can make a key of a passphrase. */
export const hasArgon2 = (): boolean => typeof (crypto as { argon2?: unknown }).argon2 === "function"

/**
 * A key from a passphrase, by Argon2id (RFC 9106).
 *
 * **Errors** `VaultFailed` with `SecretUnusable` where the runtime has no Argon2id (Node below 24.7).
 */
export const keyOfPassphrase = (
  passphrase: Secret,
  salt: Uint8Array,
  cost: Argon2Cost
): Effect.Effect<Uint8Array, VaultFailed> =>
  hasArgon2()
    ? Effect.callback<Uint8Array, VaultFailed>((resume) => {
        const parameters = {
          message: Redacted.value(passphrase).normalize("NFC"),
          nonce: salt,
          memory: cost.memoryKibibytes,
          passes: cost.passes,
          parallelism: cost.parallelism,
          tagLength: keyBytes
        }
        crypto.argon2("argon2id", parameters, (error, key) =>
          resume(error === null ? Effect.succeed(new Uint8Array(key)) : Effect.fail(notDerived))
        )
      })
    : Effect.fail(
        new VaultFailed({
          problem: "SecretUnusable",
          subject,
          detail: `Node ${process.versions.node} has no Argon2id, which a passphrase needs`,
          remedy: "use Node 24.7 or later, or a key of 32 bytes: openssl rand -base64 32"
        })
      )

const notDerived = new VaultFailed({
  problem: "SecretUnusable",
  subject,
  detail: "the passphrase could not be made a key of",
  remedy: "see that the machine has 64 MiB of memory to spare"
})
