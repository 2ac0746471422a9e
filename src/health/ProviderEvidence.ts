/**
 * What traffic shows of a provider, gathered attempt by attempt. Pure; what follows from it is decided in
 * `DecideHealth.ts`.
 *
 * | an attempt ended with | is evidence |
 * | --- | --- |
 * | an answer that was what we asked for | it answers |
 * | a refusal of this one request, or a picture that was not to be had (`RequestRejected`, `ContentRejected`, `NotFound`, `GenerationFailed` …) | it answers |
 * | `KeyRejected`, `KeyForbidden`, `InsufficientBalance`, `QuotaExhausted` | it does not serve this account |
 * | a name without an address, no route, no connection in time | of the way there: of the provider only if another one answered since |
 * | a timeout, a server's fault, an answer that can not be read, a refused or lost connection, TLS | the provider's fault |
 * | `RateLimited`, `StorageFailed`, whatever we refuse ourselves (a full queue, our limit, a budget) | nothing |
 */
import type { ApiReason } from "../../schemas/Reason.ts"

/** What an attempt that failed shows. */
export type FailureKind = "answers" | "account" | "way" | "fault" | "nothing"

const kinds = {
  TimedOut: "fault",
  ConnectionRefused: "fault",
  ConnectionLost: "fault",
  DnsFailed: "way",
  TlsFailed: "fault",
  KeyRejected: "account",
  KeyForbidden: "account",
  RateLimited: "nothing",
  QuotaExhausted: "account",
  RequestRejected: "answers",
  ContentRejected: "answers",
  InsufficientBalance: "account",
  NotFound: "answers",
  ServerFailed: "fault",
  ServiceUnavailable: "fault",
  MalformedResponse: "fault",
  IncompleteResponse: "fault",
  EmptyResponse: "fault",
  ResultExpired: "answers",
  ImageRejected: "answers",
  StorageFailed: "nothing",
  GenerationFailed: "answers",
  GenerationTimedOut: "nothing",
  GenerationCancelled: "answers",
  OutcomeUnknown: "nothing"
} as const satisfies Record<ApiReason["_tag"], FailureKind>

/** Codes of an operating system without a way to the address. Source: errno(3). */
const withoutWay = new Set(["ENETUNREACH", "EHOSTUNREACH", "ENETDOWN", "EHOSTDOWN", "EADDRNOTAVAIL"])

/** What a failure shows of its provider. */
export const kindOfFailure = (reason: ApiReason): FailureKind => {
  if (reason._tag === "TimedOut") return reason.phase === "connect" ? "way" : "fault"
  if (reason._tag === "ConnectionLost") return withoutWay.has(reason.code) ? "way" : "fault"
  return kinds[reason._tag]
}

/** Attempts of one minute. **Units** `from` in milliseconds since 1970, counts of attempts that tell something. */
interface Minute {
  readonly from: number
  readonly good: number
  readonly bad: number
}

/** The failures since the last answer. **Units** instants in milliseconds since 1970, counts by kind. */
export interface FailureRow {
  readonly since: number
  readonly lastAt: number
  readonly last: ApiReason["_tag"]
  readonly isLastOnTheWay: boolean
  readonly faults: number
  readonly onTheWay: number
  /** What of them was last said of the account. */
  readonly account: ApiReason["_tag"] | undefined
}

/** What is known of a provider. **Units** instants in milliseconds since 1970. */
export interface ProviderEvidence {
  readonly lastAnswerAt: number | undefined
  readonly row: FailureRow | undefined
  readonly minute: Minute
  readonly minuteBefore: Minute
  readonly lastFault: ApiReason["_tag"] | undefined
}

const noMinute: Minute = { from: Number.NEGATIVE_INFINITY, good: 0, bad: 0 }

/** Nothing is known. */
export const noEvidence: ProviderEvidence = {
  lastAnswerAt: undefined,
  row: undefined,
  minute: noMinute,
  minuteBefore: noMinute,
  lastFault: undefined
}

const minuteMillis = 60_000

const counted = ({ minute, minuteBefore }: ProviderEvidence, at: number, good: number, bad: number) =>
  at - minute.from < minuteMillis
    ? { minute: { from: minute.from, good: minute.good + good, bad: minute.bad + bad }, minuteBefore }
    : { minute: { from: at, good, bad }, minuteBefore: minute }

/** The attempts of the last two minutes or so. **Units** counts; `now` in milliseconds since 1970. */
export const recentAttempts = (
  { minute, minuteBefore }: ProviderEvidence,
  now: number
): { readonly good: number; readonly bad: number } => {
  let good = 0
  let bad = 0
  for (const it of [minute, minuteBefore]) {
    if (now - it.from > 2 * minuteMillis) continue
    good += it.good
    bad += it.bad
  }
  return { good, bad }
}

/** The provider has answered. **Units** `at` in milliseconds since 1970. */
export const answered = (evidence: ProviderEvidence, at: number): ProviderEvidence => ({
  lastAnswerAt: at,
  row: undefined,
  ...counted(evidence, at, 1, 0),
  lastFault: evidence.lastFault
})

/** An attempt has failed. **Units** `at` in milliseconds since 1970. */
export const attemptFailed = (evidence: ProviderEvidence, reason: ApiReason, at: number): ProviderEvidence => {
  const kind = kindOfFailure(reason)
  if (kind === "nothing") return evidence
  if (kind === "answers") return answered(evidence, at)
  const { row } = evidence
  return {
    lastAnswerAt: evidence.lastAnswerAt,
    row: {
      since: row?.since ?? at,
      lastAt: at,
      last: reason._tag,
      isLastOnTheWay: kind === "way",
      faults: (row?.faults ?? 0) + (kind === "fault" ? 1 : 0),
      onTheWay: (row?.onTheWay ?? 0) + (kind === "way" ? 1 : 0),
      account: kind === "account" ? reason._tag : row?.account
    },
    ...counted(evidence, at, 0, kind === "fault" ? 1 : 0),
    lastFault: kind === "fault" ? reason._tag : evidence.lastFault
  }
}
