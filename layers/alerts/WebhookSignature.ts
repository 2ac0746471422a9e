/**
 * How an alert that was sent to a webhook is signed, and how its receiver checks it.
 *
 * `Ludeng-Signature: t=1700000000,v1=<hex>`: `t` is when it was sent, in seconds since 1970; `v1` the HMAC-SHA256, under
 * the shared secret, of `t`, a full stop, and the body as it came over the wire.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"

/** The header, in lower case. */
export const signatureHeader = "ludeng-signature"

const signatureOf = (secret: Redacted.Redacted<string>, seconds: number, body: string): Buffer =>
  createHmac("sha256", Redacted.value(secret)).update(`${seconds}.${body}`).digest()

/** The header's value. **Units** `now` in milliseconds since 1970. */
export const signAlert = (secret: Redacted.Redacted<string>, body: string, now: number): string => {
  const seconds = Math.floor(now / 1_000)
  return `t=${seconds},v1=${signatureOf(secret, seconds, body).toString("hex")}`
}

/** What a receiver has at hand. **Units** `now` in milliseconds since 1970; `toleranceMillis` 0 or more, default 5 minutes. */
export interface ReceivedAlert {
  readonly secret: Redacted.Redacted<string>
  readonly header: string | undefined
  readonly body: string
  readonly now: number
  readonly toleranceMillis?: number
}

/**
 * Whether a body is one that the holder of the secret has sent just now. The comparison takes the same time whatever is
 * wrong with it; anything but `valid` is to be answered 400 and not read any further.
 *
 * **Gotchas** Within the tolerance the same message passes again: a receiver that must not act twice keeps the headers it
 * has seen so long.
 *
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { signAlert, verifyAlert } from "@ludeng/providers/layers/alerts/WebhookSignature"
 *
 * const secret = Redacted.make("a secret of two")
 * const header = signAlert(secret, "{}", 1_700_000_000_000)
 * verifyAlert({ secret, header, body: "{}", now: 1_700_000_060_000 }) // => "valid"
 * verifyAlert({ secret, header, body: "{ }", now: 1_700_000_060_000 }) // => "forged"
 * verifyAlert({ secret, header, body: "{}", now: 1_700_000_600_000 }) // => "expired"
 * verifyAlert({ secret, header: undefined, body: "{}", now: 0 }) // => "malformed"
 * ```
 */
export const verifyAlert = ({
  body,
  header,
  now,
  secret,
  toleranceMillis = 300_000
}: ReceivedAlert): "valid" | "forged" | "expired" | "malformed" => {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? "")
  if (match === null) return "malformed"
  const seconds = Number(match[1])
  const given = Buffer.from(match[2] ?? "", "hex")
  if (!timingSafeEqual(given, signatureOf(secret, seconds, body))) return "forged"
  return Math.abs(now - seconds * 1_000) <= toleranceMillis ? "valid" : "expired"
}
