/**
 * The data key of a vault under its secret.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { VaultFailed } from "../../schemas/VaultFailed.ts"
import { contextOfWrap, openBytes, sealBytes } from "./SealBytes.ts"
import { failedAt } from "./VaultFile.ts"
import type { Argon2Cost, Wrap } from "./VaultForm.ts"
import { type DataKey, keyBytes, keyIn, keyOfPassphrase, saltBytes, type Secret } from "./VaultSecrets.ts"

/** The shortest passphrase. **Units** characters. */
const shortest = 8

/**
 * Wraps: under the key itself where the secret spells one, else under one that Argon2id makes of the passphrase, with a
 * salt of its own.
 *
 * **Errors** `VaultFailed` with `SecretUnusable`.
 */
export const wrapDataKey = (dataKey: DataKey, secret: Secret, cost: Argon2Cost): Effect.Effect<Wrap, VaultFailed> =>
  Effect.gen(function* () {
    const given = keyIn(secret)
    if (given !== undefined) {
      return { _tag: "Key", sealed: sealBytes(given, Redacted.value(dataKey), contextOfWrap({ _tag: "Key" })) }
    }
    if (Redacted.value(secret).length < shortest) {
      return yield* new VaultFailed({
        problem: "SecretUnusable",
        subject: "LUDENG_VAULT_KEY",
        detail: `a passphrase has at least ${shortest} characters`,
        remedy: "choose a longer one, or a key of 32 bytes: openssl rand -base64 32"
      })
    }
    const salt = randomBytes(saltBytes)
    const facts = { _tag: "Argon2id", ...cost, salt: salt.toString("base64url") } as const
    const key = yield* keyOfPassphrase(secret, salt, cost)
    return { ...facts, sealed: sealBytes(key, Redacted.value(dataKey), contextOfWrap(facts)) }
  })

/** Unwraps. **Errors** `VaultFailed` with `SecretWrong` or `SecretUnusable`. */
export const unwrapDataKey = (file: string, wrap: Wrap, secret: Secret): Effect.Effect<DataKey, VaultFailed> =>
  Effect.gen(function* () {
    const { sealed, ...facts } = wrap
    const key = yield* keyFor(file, wrap, secret)
    const dataKey = openBytes(key, sealed, contextOfWrap(facts))
    if (dataKey?.length !== keyBytes) {
      return yield* failedAt(
        file,
        "SecretWrong",
        `the ${wrap._tag === "Key" ? "key" : "passphrase"} does not open it, or its head was changed`,
        "give the secret it was last wrapped with: LUDENG_VAULT_KEY"
      )
    }
    return Redacted.make(dataKey, { label: "dataKey" })
  })

const keyFor = (file: string, wrap: Wrap, secret: Secret): Effect.Effect<Uint8Array, VaultFailed> => {
  if (wrap._tag === "Argon2id") return keyOfPassphrase(secret, Buffer.from(wrap.salt, "base64url"), wrap)
  const key = keyIn(secret)
  return key === undefined
    ? Effect.fail(
        failedAt(
          file,
          "SecretWrong",
          "it is opened with a key of 32 bytes, and the secret is none",
          "give it as base64 or hexadecimal digits: LUDENG_VAULT_KEY"
        )
      )
    : Effect.succeed(key)
}
