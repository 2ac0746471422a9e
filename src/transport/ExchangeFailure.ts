/**
 * What the error of a socket, a resolver or an HTTP parser means: the codes of Node.js, OpenSSL and undici, turned into
 * reasons. Only a code is read from an error, never its message: that may hold a URL or a header.
 *
 * **Gotchas** An error without a code is still a broken exchange (`UNKNOWN`): undici's parser errors are such, and they
 * carry a piece of the answer with them, so that they must not be passed on.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { ExchangePhase } from "../../schemas/Reason.ts"
import { type ExchangeProgress, failedAt } from "./ExchangeProgress.ts"
import type { TransportFailed, TransportReason } from "./TransportFailed.ts"

/** Where an error struck. */
export interface FailurePoint {
  readonly host: string
  readonly phase: ExchangePhase
  /** The exchange's own time limit, told when the operating system gave up connecting before it. */
  readonly limit: Duration.Duration
}

/** No such name (`ENOTFOUND`), or a name without addresses (`ENODATA`). */
const unknownName = new Set(["ENOTFOUND", "ENODATA"])
/** The resolver could not answer now; `EAI_` codes are those of getaddrinfo, the others those of c-ares. */
const resolverTrouble = new Set(["EAI_AGAIN", "EAI_FAIL", "EAI_SYSTEM", "EAI_MEMORY", "ESERVFAIL", "ETIMEOUT"])
const connectTimeouts = new Set(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"])
/** The certificate errors of OpenSSL that Node.js hands on, beside everything that begins like one. */
const certificateTrouble = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "EPROTO"
])
const certificatePrefix = /^(CERT_|CRL_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|ERROR_IN_)/

/** The most telling of several errors (one per address that was tried): a refusal, else a timeout, else the first. */
const mostTelling = (codes: ReadonlyArray<string>): string | undefined =>
  codes.find((code) => code === "ECONNREFUSED") ?? codes.find((code) => connectTimeouts.has(code)) ?? codes[0]

/** The code of an error, looked for in the errors it collects or was caused by. */
const codeOf = (error: unknown, depth = 0): string | undefined => {
  if (typeof error !== "object" || error === null || depth > 5) return undefined
  if ("errors" in error && Array.isArray(error.errors)) {
    const codes = error.errors.flatMap((inner) => codeOf(inner, depth + 1) ?? [])
    if (codes.length > 0) return mostTelling(codes)
  }
  if ("code" in error && typeof error.code === "string") return error.code
  return "cause" in error ? codeOf(error.cause, depth + 1) : undefined
}

/**
 * The reason behind an error that ended an exchange.
 *
 * **Details** `undefined` where undici finds the request itself malformed: that is a defect of ours.
 */
export const reasonOfError = (error: unknown, point: FailurePoint): TransportReason | undefined => {
  const code = codeOf(error) ?? "UNKNOWN"
  if (code === "UND_ERR_INVALID_ARG") return undefined
  if (unknownName.has(code)) return { _tag: "DnsFailed", host: point.host, isTemporary: false }
  if (resolverTrouble.has(code)) return { _tag: "DnsFailed", host: point.host, isTemporary: true }
  if (certificateTrouble.has(code) || certificatePrefix.test(code)) {
    return { _tag: "TlsFailed", host: point.host, code: printable(code) }
  }
  if (code === "ECONNREFUSED") return { _tag: "ConnectionRefused", host: point.host }
  if (point.phase === "connect" && connectTimeouts.has(code)) {
    return { _tag: "TimedOut", phase: "connect", limit: point.limit }
  }
  return { _tag: "ConnectionLost", phase: point.phase, code: printable(code) }
}

const printable = (code: string): string => (/^[A-Z0-9_]{1,64}$/.test(code) ? code : "UNKNOWN")

/** The end of an exchange that an error broke off; a defect stays one. */
export const brokenExchange = (
  error: unknown,
  url: Pick<URL, "hostname">,
  limit: Duration.Duration,
  progress: ExchangeProgress
): Effect.Effect<never, TransportFailed> => {
  const reason = reasonOfError(error, { host: url.hostname, phase: progress.phase, limit })
  return reason === undefined
    ? Effect.die(new Error("A malformed request was not sent"))
    : Effect.fail(failedAt(progress, reason))
}
