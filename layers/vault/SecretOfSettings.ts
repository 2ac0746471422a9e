/**
 * The secret of the vault as the settings give it: itself, or the file it stands in.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Settings } from "../../schemas/Settings.ts"
import type { VaultFailed } from "../../schemas/VaultFailed.ts"
import { failedAt, readPrivateFile } from "./VaultFile.ts"
import type { Secret } from "./VaultSecrets.ts"

/**
 * The secret; `undefined` where none is set.
 *
 * **Errors** `VaultFailed` where the file is missing, empty, or can be read by others.
 */
export const secretOf = ({ vault }: Pick<Settings, "vault">): Effect.Effect<Secret | undefined, VaultFailed> => {
  const { key, keyFile } = vault
  if (key !== undefined || keyFile === undefined) return Effect.succeed(key)
  return Effect.flatMap(readPrivateFile(keyFile), (text) =>
    text === undefined || text.trim() === ""
      ? Effect.fail(
          failedAt(
            keyFile,
            "SecretMissing",
            "there is no secret in it",
            "set LUDENG_VAULT_KEY_FILE to the file of the secret"
          )
        )
      : Effect.succeed(Redacted.make(text.trim(), { label: "vaultSecret" }))
  )
}
