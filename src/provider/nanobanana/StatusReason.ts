/**
 * What an HTTP status means, for both protocols: one pure, total function. Codes with a meaning of their own, and what an
 * answer proves about a paid request, stand in the protocol's `ClassifyAnswer.ts`.
 */
import type * as Duration from "effect/Duration"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { mentionsContentPolicy } from "./ContentPolicy.ts"

/** What came with a status: the provider's words, as they are and as far as they may be kept, and its hint. */
export interface StatusFacts {
  readonly text: string | undefined
  readonly keptText: string | undefined
  readonly retryAfter: Duration.Duration | undefined
}

/**
 * The reason behind a status that is no success.
 *
 * **Details** Nobody documents more than 400, 401, 402, 404, 422, 429 and 500; the others follow RFC 9110 where it
 * leaves no doubt, and every remaining status is `ServerFailed`.
 */
export const reasonOfStatus = (status: number, facts: StatusFacts): ApiReason => {
  const detail = facts.keptText === undefined ? {} : { detail: facts.keptText }
  const hint = facts.retryAfter === undefined ? {} : { retryAfter: facts.retryAfter }
  switch (status) {
    case 401:
      return { _tag: "KeyRejected" }
    case 402:
      return { _tag: "InsufficientBalance" }
    case 403:
      return { _tag: "KeyForbidden" }
    case 404:
    case 410:
      return { _tag: "NotFound" }
    case 429:
      return { _tag: "RateLimited", ...hint }
    case 400:
    case 422:
      return mentionsContentPolicy(facts.text)
        ? { _tag: "ContentRejected", ...detail }
        : { _tag: "RequestRejected", status, ...detail }
    case 405:
    case 406:
    case 411:
    case 413:
    case 414:
    case 415:
    case 426:
    case 431:
      return { _tag: "RequestRejected", status, ...detail }
    case 502:
    case 503:
    case 504:
    case 529:
      return { _tag: "ServiceUnavailable", status, ...hint }
    default:
      return { _tag: "ServerFailed", status, ...hint }
  }
}
