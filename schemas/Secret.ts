/**
 * Secrets in the settings: decoded they are `Redacted`, kept out of every print; encoding one fails.
 */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/**
 * A key: text or an already `Redacted` text, kept out of every print; encoding one fails. **Units** visible ASCII, so
 * that it fits a header.
 */
export const ApiKey = Schema.Union([Schema.String, Schema.Redacted(Schema.String)]).pipe(
  Schema.decodeTo(
    Schema.Redacted(
      Schema.String.check(Schema.isPattern(/^[\x21-\x7e]+$/)).annotate({ expected: "visible ASCII characters" }),
      { label: "apiKey", disallowJsonEncode: true }
    ),
    SchemaTransformation.transform({
      decode: (key) => Redacted.make(typeof key === "string" ? key : Redacted.value(key), { label: "apiKey" }),
      encode: (key) => key
    })
  )
)

/**
 * What opens the vault: a passphrase of 8 to 1024 characters, or a key of 32 bytes as base64 or hexadecimal digits. Kept
 * out of every print; encoding one fails.
 */
export const VaultSecret = Schema.Union([Schema.String, Schema.Redacted(Schema.String)]).pipe(
  Schema.decodeTo(
    Schema.Redacted(
      Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{8,1024}$/u)).annotate({ expected: "8 to 1024 characters" }),
      { label: "vaultSecret", disallowJsonEncode: true }
    ),
    SchemaTransformation.transform({
      decode: (secret) =>
        Redacted.make(typeof secret === "string" ? secret : Redacted.value(secret), { label: "vaultSecret" }),
      encode: (secret) => secret
    })
  )
)
