/**
 * The file of the vault, as it is written: JSON, its secrets sealed.
 *
 * ```text
 * wrap    the data key, sealed under a key that a passphrase or the host gives    (re-wrapping changes this alone)
 * keys    each key's record in clear, its text sealed under the data key, bound to provider, scope, id and version
 * seal    an HMAC over all records: no record can be edited, left out, or put back
 * ```
 */
import * as Schema from "effect/Schema"
import { KeyRecord } from "../../schemas/Key.ts"

/** The name of the file in the home. */
export const vaultFileName = "vault.json"

const Base64Url = Schema.String.check(Schema.isPattern(/^[\w-]+$/))

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

/**
 * What a passphrase is made a key with. **Units** memory in KiB, 8 MiB to 1 GiB: more would let an edited file take the
 * machine down.
 */
export const Argon2Cost = Schema.Struct({
  memoryKibibytes: between(8_192, 1_048_576),
  passes: between(1, 32),
  parallelism: between(1, 16)
})
export interface Argon2Cost extends Schema.Schema.Type<typeof Argon2Cost> {}

/** The second recommended choice of RFC 9106, section 4: 64 MiB, three passes, four lanes. */
export const defaultArgon2Cost: Argon2Cost = { memoryKibibytes: 65_536, passes: 3, parallelism: 4 }

/** How the data key is wrapped. */
export const Wrap = Schema.Union([
  Schema.TaggedStruct("Argon2id", { ...Argon2Cost.fields, salt: Base64Url, sealed: Base64Url }),
  Schema.TaggedStruct("Key", { sealed: Base64Url })
])
export type Wrap = typeof Wrap.Type

/** A record with the sealed text of its key; a retired key's is gone. */
export const SealedKey = Schema.Struct({ ...KeyRecord.fields, sealed: Schema.optionalKey(Base64Url) })
export interface SealedKey extends Schema.Schema.Type<typeof SealedKey> {}

/** The file. */
export const VaultForm = Schema.Struct({
  format: Schema.Literal("ludeng-vault"),
  version: Schema.Literal(1),
  wrap: Wrap,
  keys: Schema.Array(SealedKey),
  seal: Base64Url
})
export interface VaultForm extends Schema.Schema.Type<typeof VaultForm> {}
