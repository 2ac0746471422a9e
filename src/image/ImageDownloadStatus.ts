/**
 * What the head of a download's answer means: one pure function over every status.
 *
 * **Source** RFC 9110, section 15. No provider documents what an expired result URL answers; 401, 403, 404 and 410 are
 * what storage services answer to one, and nothing of ours was refused there: no key is sent. So all four count as
 * expired, and the provider is asked for the URL again.
 */
import type { ApiReason } from "../../schemas/Reason.ts"
import { answerFacts } from "../provider/AnswerFacts.ts"
import { retryHint } from "../provider/RetryHint.ts"
import type { AnswerHead } from "../transport/Transport.ts"
import { maximumImageBytes } from "./ImageBytes.ts"

/** Whether a status sends the client to another URL. */
export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** Why an answer is no picture, before its body is read; `undefined` where it may be one. **Units** `nowMillis` since 1970. */
export const classifyDownload = (head: AnswerHead, nowMillis: number): ApiReason | undefined => {
  const { status } = head
  const hint = retryHint(head.headers, nowMillis)
  const after = hint === undefined ? {} : { retryAfter: hint }
  switch (status) {
    case 206:
      return {
        ...answerFacts({ ...head, body: new Uint8Array() }),
        _tag: "IncompleteResponse",
        problem: "a part, unasked"
      }
    case 401:
    case 403:
    case 404:
    case 410:
      return { _tag: "ResultExpired", status }
    case 429:
      return { _tag: "RateLimited", ...after }
    case 502:
    case 503:
    case 504:
    case 529:
      return { _tag: "ServiceUnavailable", status, ...after }
  }
  if (status >= 500) return { _tag: "ServerFailed", status, ...after }
  if (status < 200 || status >= 300) return { _tag: "RequestRejected", status }
  return (declaredBytes(head) ?? 0) > maximumImageBytes
    ? { _tag: "ImageRejected", problem: "TooManyBytes", detail: `more than ${maximumImageBytes} bytes announced` }
    : undefined
}

/** The body's length as announced, where that is the length of what will be read. */
export const declaredBytes = (head: AnswerHead): number | undefined => {
  const length = head.headers["content-length"]
  const encoding = head.headers["content-encoding"] ?? "identity"
  return length !== undefined && /^\d+$/.test(length) && encoding === "identity" ? Number(length) : undefined
}
