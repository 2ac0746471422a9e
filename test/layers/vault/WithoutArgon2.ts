/**
 * A program on a runtime without Argon2id: makes a vault with the secret it is given, and prints what came of it.
 *
 * Arguments: the vault's file, and the secret.
 */
import { createRequire, syncBuiltinESMExports } from "node:module"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const builtin = createRequire(import.meta.url)("node:crypto") as Record<string, unknown>
builtin["argon2"] = undefined
syncBuiltinESMExports()

const { createVault } = await import("../../../layers/vault/Vault.ts")
const [file = "", secret = ""] = process.argv.slice(2)
const told = createVault(file, Redacted.make(secret)).pipe(
  Effect.match({ onSuccess: () => "made", onFailure: (failure) => `${failure.problem}: ${failure.message}` })
)
process.stdout.write(await Effect.runPromise(told))
