/**
 * The recovery table: what follows from a failed attempt. The only place where policy by reason lives; retry, circuit
 * breaker, keys, money, fallback and alerts all read it. A missing row or cell does not compile.
 *
 * A row says what is right for a reason; `recover` then holds it against the payment and the outcome: a paid submit that
 * may have been processed is never sent again and its money is held, whatever the row says.
 */
import type { Outcome, Payment } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"

/**
 * - `never`: the call ends now.
 * - `backoff`: again after a jittered, growing delay (and not before the provider's hint, if it gave one).
 * - `afterHint`: as `backoff`; the request has lost its place to the provider's quota and waits for it.
 * - `onceCorrected`: once more, with a request that quotes what was wrong with the answer. Where the answer was not the
 *   provider's at all (outcome not `Done`), there is nothing to correct: as `backoff`.
 */
export type RetryRule = "never" | "backoff" | "afterHint" | "onceCorrected"

/** What the circuit breaker makes of it: nothing, one failure among others, or enough to open at once. */
export type BreakerRule = "failure" | "opens" | "ignored"

/** What happens to the key: kept, checked against a free endpoint, or its quota scope rested. */
export type KeyRule = "keep" | "check" | "coolScope"

/** What happens to reserved money: freed, spent up to the reserved bound, or held until a person knows more. */
export type MoneyRule = "release" | "settleAtBound" | "hold"

/** What follows from a failed attempt. */
export interface Recovery {
  readonly retry: RetryRule
  readonly breaker: BreakerRule
  readonly key: KeyRule
  readonly money: MoneyRule
  /** Whether another provider, a cached or a degraded result may stand in. */
  readonly fallback: boolean
  /** Whether a person should be told. */
  readonly alert: boolean
  /** Whether the caller may make the same call again later. */
  readonly isRetryable: boolean
}

interface Row {
  readonly retry: Readonly<Record<Payment, RetryRule>>
  readonly breaker: BreakerRule
  readonly key: KeyRule
  readonly fallback: boolean
  readonly alert: boolean
  readonly isRetryable: boolean
}

const everywhere = (rule: RetryRule): Row["retry"] => ({ free: rule, metered: rule, paidSubmit: rule })
const quiet = { breaker: "ignored", key: "keep", fallback: false, alert: false } as const

/** The rows. Columns of `retry`: what a repetition may cost. */
export const recoveryRows = {
  TimedOut: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  ConnectionRefused: { ...quiet, retry: everywhere("backoff"), breaker: "opens", fallback: true, isRetryable: true },
  ConnectionLost: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  DnsFailed: { ...quiet, retry: everywhere("never"), fallback: true, isRetryable: true },
  TlsFailed: {
    ...quiet,
    retry: everywhere("never"),
    breaker: "failure",
    fallback: true,
    alert: true,
    isRetryable: false
  },
  KeyRejected: { ...quiet, retry: everywhere("never"), key: "check", fallback: true, alert: true, isRetryable: false },
  KeyForbidden: { ...quiet, retry: everywhere("never"), fallback: true, alert: true, isRetryable: false },
  RateLimited: { ...quiet, retry: everywhere("afterHint"), key: "coolScope", fallback: true, isRetryable: true },
  QuotaExhausted: {
    ...quiet,
    retry: everywhere("never"),
    key: "coolScope",
    fallback: true,
    alert: true,
    isRetryable: true
  },
  RequestRejected: { ...quiet, retry: everywhere("never"), isRetryable: false },
  ContentRejected: { ...quiet, retry: everywhere("never"), isRetryable: false },
  InsufficientBalance: { ...quiet, retry: everywhere("never"), fallback: true, alert: true, isRetryable: false },
  NotFound: { ...quiet, retry: everywhere("never"), isRetryable: false },
  ServerFailed: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  ServiceUnavailable: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  MalformedResponse: {
    ...quiet,
    retry: { free: "backoff", metered: "onceCorrected", paidSubmit: "never" },
    breaker: "failure",
    fallback: true,
    isRetryable: true
  },
  IncompleteResponse: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  EmptyResponse: { ...quiet, retry: everywhere("backoff"), breaker: "failure", fallback: true, isRetryable: true },
  ResultExpired: { ...quiet, retry: everywhere("never"), isRetryable: false },
  ImageRejected: { ...quiet, retry: everywhere("never"), alert: true, isRetryable: false },
  StorageFailed: { ...quiet, retry: everywhere("never"), alert: true, isRetryable: true },
  GenerationFailed: { ...quiet, retry: everywhere("never"), isRetryable: true },
  GenerationTimedOut: { ...quiet, retry: everywhere("never"), isRetryable: false },
  GenerationCancelled: { ...quiet, retry: everywhere("never"), isRetryable: false },
  OutcomeUnknown: { ...quiet, retry: everywhere("never"), alert: true, isRetryable: false }
} as const satisfies Record<ApiReason["_tag"], Row>

const isProvenUnprocessed = (outcome: Outcome): boolean => outcome === "NotSent" || outcome === "Refused"

const retryOf = (rule: RetryRule, outcome: Outcome): RetryRule =>
  rule === "onceCorrected" && outcome !== "Done" ? "backoff" : rule

const moneyOf = (payment: Payment, outcome: Outcome): MoneyRule => {
  if (payment === "free" || isProvenUnprocessed(outcome)) return "release"
  return payment === "metered" ? "settleAtBound" : "hold"
}

/**
 * What follows from an attempt of this payment class that failed for this reason with this outcome.
 *
 * ```ts
 * import { recover } from "@ludeng/providers"
 *
 * recover({ _tag: "ServerFailed" }, "metered", "Unknown").retry // => "backoff"
 * recover({ _tag: "ServerFailed" }, "paidSubmit", "Unknown").retry // => "never"
 * recover({ _tag: "ServerFailed" }, "paidSubmit", "Unknown").money // => "hold"
 * ```
 */
export const recover = (reason: { readonly _tag: ApiReason["_tag"] }, payment: Payment, outcome: Outcome): Recovery => {
  const row: Row = recoveryRows[reason._tag]
  const mayHaveBeenPaid = payment === "paidSubmit" && !isProvenUnprocessed(outcome)
  return {
    retry: mayHaveBeenPaid ? "never" : retryOf(row.retry[payment], outcome),
    breaker: row.breaker,
    key: row.key,
    money: moneyOf(payment, outcome),
    fallback: row.fallback && !mayHaveBeenPaid,
    alert: row.alert || mayHaveBeenPaid,
    isRetryable: row.isRetryable && !mayHaveBeenPaid
  }
}
