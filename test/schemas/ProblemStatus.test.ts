/**
 * The status of each reason.
 */
import { assert, describe, it } from "@effect/vitest"
import { statusByFaceReason, statusByReason } from "../../schemas/http-face/ProblemStatus.ts"
import { reasonTags } from "../../schemas/Reason.ts"

/** The table turned around, so that it is read by status. */
const reasonsByStatus = (statuses: Readonly<Record<string, number>>): Readonly<Record<number, ReadonlyArray<string>>> =>
  Object.fromEntries(
    [...new Set(Object.values(statuses))].map((status) => [
      status,
      Object.keys(statuses).filter((reason) => statuses[reason] === status)
    ])
  )

describe("the table of statuses", () => {
  it("has every reason, and nothing else", () => {
    assert.sameMembers(Object.keys(statusByReason), [...reasonTags])
  })

  it("gives only statuses of failure, and the names of the face are none of the library's", () => {
    for (const status of [...Object.values(statusByReason), ...Object.values(statusByFaceReason)])
      assert.isTrue(status >= 400 && status <= 599)
    for (const name of Object.keys(statusByFaceReason)) assert.notProperty(statusByReason, name)
  })

  it("blames the caller for what he can change, and for nothing else", () => {
    // A key of ours that the provider does not take is no fault of the caller's token: 502, and not 401.
    assert.deepStrictEqual(reasonsByStatus(statusByReason), {
      400: ["InputRejected"],
      402: ["BudgetExhausted"],
      404: ["JobNotFound", "LetterNotFound"],
      409: ["GenerationCancelled", "JobNotCancellable", "JobNotResolvable", "RetryRefused"],
      410: ["ResultExpired"],
      422: ["RequestRejected", "ContentRejected", "IdempotencyConflict"],
      429: ["RateLimited", "QuotaExhausted", "RateLimitExceeded"],
      502: [
        "ConnectionRefused",
        "ConnectionLost",
        "DnsFailed",
        "TlsFailed",
        "KeyRejected",
        "KeyForbidden",
        "NotFound",
        "ServerFailed",
        "MalformedResponse",
        "IncompleteResponse",
        "EmptyResponse",
        "ImageRejected",
        "GenerationFailed",
        "OutcomeUnknown"
      ],
      503: [
        "InsufficientBalance",
        "ServiceUnavailable",
        "StorageFailed",
        "AttemptsExhausted",
        "QueueFull",
        "CircuitOpen",
        "Isolated",
        "PriceUnknown",
        "NoHealthyKey",
        "LoadShed",
        "ShuttingDown"
      ],
      504: ["TimedOut", "GenerationTimedOut", "DeadlineExceeded"]
    })
  })

  it("has for what the face refuses itself the status that HTTP has for it", () => {
    assert.deepStrictEqual(reasonsByStatus(statusByFaceReason), {
      401: ["Unauthenticated"],
      403: ["ScopeMissing", "Forbidden"],
      404: ["RouteNotFound", "PictureNotFound", "CallNotFound"],
      405: ["MethodNotAllowed"],
      413: ["BodyTooLarge"],
      415: ["UnsupportedMediaType"],
      416: ["RangeNotSatisfiable"],
      422: ["SettingsRejected"],
      429: ["TooManyFailures"],
      500: ["InternalError"],
      503: ["TokensUnreadable", "ServerBusy", "ServerEnding"]
    })
  })
})
