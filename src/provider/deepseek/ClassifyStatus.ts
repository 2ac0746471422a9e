/**
 * What an HTTP status of DeepSeek means: the reason, and what became of the request. Total over all numbers.
 *
 * A 4xx and a 503 say that the request was not processed. Any other 5xx proves nothing. `retry` is not decided here:
 * `src/policy/recovery` reads the reason.
 *
 * **Source** platform.deepseek.com/api-docs/quick_start/error_codes (400, 401, 402, 422, 429, 500, 503), read
 * 2026-11-23; RFC 9110 for the rest; 529 is "overloaded" by convention.
 */
import type * as Duration from "effect/Duration"
import type { Outcome } from "../../../schemas/Provider.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"

/** What a failed answer came to. */
export interface Classified {
  readonly reason: ApiReason
  readonly outcome: Outcome
}

/** What is known besides the status; `message` is the provider's text, unchecked: only numbers are taken from it. */
export interface StatusFacts {
  readonly message: string
  /** The message as it may be shown. */
  readonly detail: string | undefined
  readonly retryAfter: Duration.Duration | undefined
}

/** Classifies a status that is not 2xx. */
export const classifyStatus = (status: number, facts: StatusFacts): Classified => {
  const hint = facts.retryAfter === undefined ? {} : { retryAfter: facts.retryAfter }
  switch (status) {
    case 401:
      return refused({ _tag: "KeyRejected" })
    case 402:
      return refused({ _tag: "InsufficientBalance" })
    case 403:
      return refused({ _tag: "KeyForbidden" })
    case 404:
      return refused({ _tag: "NotFound" })
    case 408:
    case 425:
    case 503:
      return refused({ _tag: "ServiceUnavailable", status, ...hint })
    case 429:
      return refused({ _tag: "RateLimited", ...hint, ...concurrencyLimit(facts.message) })
    case 502:
    case 504:
    case 529:
      return { reason: { _tag: "ServiceUnavailable", status, ...hint }, outcome: "Unknown" }
    default:
      return status >= 300 && status < 500
        ? refused({ _tag: "RequestRejected", status, ...detailOf(status, facts.detail) })
        : { reason: { _tag: "ServerFailed", status, ...hint }, outcome: "Unknown" }
  }
}

const refused = (reason: ApiReason): Classified => ({ reason, outcome: "Refused" })

const concurrencyLimit = (message: string): { readonly concurrencyLimit?: number } => {
  const limit = /concurrency limit of (\d{1,9})/.exec(message)?.[1]
  return limit === undefined ? {} : { concurrencyLimit: Number(limit) }
}

const detailOf = (status: number, detail: string | undefined): { readonly detail?: string } => {
  if (status < 400) return { detail: "redirected, and redirects are not followed: check the base URL" }
  return detail === undefined ? {} : { detail }
}
