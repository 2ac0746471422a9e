/**
 * Why the vault can not be opened or written. Every problem says what a person can do; none holds a key or a secret.
 */
import * as Schema from "effect/Schema"

/**
 * - `SecretMissing`: there is a vault, and nothing to open it with.
 * - `SecretWrong`: the passphrase or key does not open it.
 * - `SecretUnusable`: the passphrase is too short, the key is no 32 bytes, or the runtime can not use a passphrase.
 * - `Damaged`: the file was edited, cut, or mixed up; nothing in it is used.
 * - `TooWide`: others than the owner may read the file, its folder, or the file of the secret.
 * - `NewerVersion`: it was written by a newer version of the library.
 * - `StorageFailed`: the disk refused: full, read-only, not allowed.
 * - `Busy`: another program has been writing for too long.
 * - `Refused`: the change is none that the ring takes.
 */
export const VaultProblem = Schema.Literals([
  "SecretMissing",
  "SecretWrong",
  "SecretUnusable",
  "Damaged",
  "TooWide",
  "NewerVersion",
  "StorageFailed",
  "Busy",
  "Refused"
])
export type VaultProblem = typeof VaultProblem.Type

/** The vault can not be used. `subject` is the file or the variable, `remedy` what a person can do. */
export class VaultFailed extends Schema.TaggedError<VaultFailed>()("VaultFailed", {
  problem: VaultProblem,
  subject: Schema.String,
  detail: Schema.String,
  remedy: Schema.String
}) {
  override get message(): string {
    return `${this.subject}: ${this.detail}; ${this.remedy}`
  }
}
