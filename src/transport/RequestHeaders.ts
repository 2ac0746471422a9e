/**
 * The whole of what we say in the head of a request. HTTP itself adds `Host`, `Connection` and `Content-Length`; nobody
 * adds anything else, no trace and no cookie.
 *
 * This is the place where a key stops being `Redacted`.
 */
import * as Redacted from "effect/Redacted"
import type { ExchangeRequest } from "./Transport.ts"
import { userAgent } from "./UserAgent.ts"

/** Whether a request may carry its credential: there is none, or the URL is on the credential's own origin. */
export const mayCarryCredential = (request: ExchangeRequest, url: Pick<URL, "origin">): boolean =>
  request.credential === undefined || request.credential.origin === url.origin

/** The defect of a request whose credential belongs to another origin. It names neither. */
export const foreignCredential = (): Error => new Error("A credential was about to be sent to a foreign origin")

/** The headers of an exchange. To be made only after `mayCarryCredential`, and only to be written. */
export const exchangeHeaders = (
  request: ExchangeRequest,
  accept: "application/json" | "text/event-stream" = "application/json"
): Record<string, string> => {
  const headers: Record<string, string> = { "User-Agent": userAgent, Accept: accept }
  if (request.body !== undefined) headers["Content-Type"] = "application/json"
  if (request.credential !== undefined) {
    headers["Authorization"] = `${request.credential.scheme} ${Redacted.value(request.credential.key)}`
  }
  return headers
}

/** The headers of a download. */
export const downloadHeaders: Readonly<Record<string, string>> = { "User-Agent": userAgent, Accept: "image/*" }
