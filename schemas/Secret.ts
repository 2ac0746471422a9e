/**
 * Secrets in the settings: decoded they are `Redacted`, kept out of every print; encoding one fails.
 */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

/** A text, or one that is `Redacted` already; what is printed in its place is the label. */
const hidden = (label: string, text: Schema.Codec<string>) =>
  Schema.Union([Schema.String, Schema.Redacted(Schema.String)]).pipe(
    Schema.decodeTo(
      Schema.Redacted(text, { label, disallowJsonEncode: true }),
      SchemaTransformation.transform({
        decode: (secret) => Redacted.make(typeof secret === "string" ? secret : Redacted.value(secret), { label }),
        encode: (secret) => secret
      })
    )
  )

/**
 * A key: text or an already `Redacted` text, kept out of every print; encoding one fails. **Units** visible ASCII, so
 * that it fits a header.
 */
export const ApiKey = hidden(
  "apiKey",
  Schema.String.check(Schema.isPattern(/^[\x21-\x7e]+$/)).annotate({ expected: "visible ASCII characters" })
)

const SecretText = Schema.String.check(Schema.isPattern(/^[^\p{Cc}]{8,1024}$/u)).annotate({
  expected: "8 to 1024 characters"
})

/**
 * What opens the vault: a passphrase of 8 to 1024 characters, or a key of 32 bytes as base64 or hexadecimal digits. Kept
 * out of every print; encoding one fails.
 */
export const VaultSecret = hidden("vaultSecret", SecretText)

/**
 * What signs the alerts that are sent: 8 to 1024 characters. Kept out of every print; encoding it fails.
 */
export const WebhookSecret = hidden("webhookSecret", SecretText)

/**
 * Where alerts are sent. It may hold a token in its path or query, so it is kept out of every print as a key is; encoding
 * it fails. **Units** an absolute `http:` or `https:` URL without user or fragment.
 */
export const WebhookUrl = hidden(
  "webhookUrl",
  Schema.String.check(
    Schema.makeFilter(
      (text: string) => {
        const url = URL.parse(text)
        if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") return false
        return url.protocol === "https:" || url.protocol === "http:"
      },
      { expected: "an http or https URL without user or fragment" }
    )
  )
)
