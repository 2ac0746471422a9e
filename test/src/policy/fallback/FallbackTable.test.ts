import { assert, describe, it } from "@effect/vitest"
import { ApiError, Rejection } from "../../../../schemas/Failures.ts"
import { CallId } from "../../../../schemas/Identifiers.ts"
import type { Outcome, Payment } from "../../../../schemas/Provider.ts"
import type { ApiReason, RejectionReason } from "../../../../schemas/Reason.ts"
import { mayFallBack, rejectionFallback } from "../../../../src/policy/fallback/FallbackTable.ts"

const callId = CallId.make("call_1")

const rejected = (reason: RejectionReason) => new Rejection({ reason, callId, isRetryable: true })

const failed = (reason: ApiReason, outcome: Outcome) =>
  new ApiError({
    provider: "deepseek",
    operation: "chat",
    callId,
    attempts: 1,
    outcome,
    reason,
    isRetryable: true
  })

describe("the table of fallbacks", () => {
  it("lets nothing stand in where the request is wrong, or where this program can not go on", () => {
    const never = Object.entries(rejectionFallback).flatMap(([tag, may]) => (may ? [] : [tag]))
    assert.deepStrictEqual(never.toSorted(), [
      "IdempotencyConflict",
      "InputRejected",
      "JobNotCancellable",
      "JobNotFound",
      "JobNotResolvable",
      "LetterNotFound",
      "RetryRefused",
      "ShuttingDown",
      "StorageFailed"
    ])
    assert.isTrue(mayFallBack(rejected({ _tag: "CircuitOpen" }), "metered"))
    assert.isFalse(mayFallBack(rejected({ _tag: "ShuttingDown" }), "metered"))
  })

  it.each([
    [{ _tag: "ServerFailed", status: 500 }, "metered", "Unknown", true],
    [{ _tag: "KeyRejected" }, "metered", "Refused", true],
    [{ _tag: "ContentRejected" }, "metered", "Refused", false],
    [{ _tag: "RequestRejected", status: 400 }, "metered", "Refused", false],
    // Whatever may have been paid for is not bought a second time elsewhere.
    [{ _tag: "ServerFailed", status: 500 }, "paidSubmit", "Unknown", false],
    [{ _tag: "ServiceUnavailable", status: 503 }, "paidSubmit", "Refused", true]
  ] satisfies ReadonlyArray<readonly [ApiReason, Payment, Outcome, boolean]>)(
    "asks the recovery table of a failure: %j, %s, %s: %s",
    (reason, payment, outcome, may) => {
      assert.strictEqual(mayFallBack(failed(reason, outcome), payment), may)
    }
  )
})
