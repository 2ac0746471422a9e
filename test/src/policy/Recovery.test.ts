import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import { Outcome, Payment } from "../../../schemas/Provider.ts"
import { ApiReason, RejectionReason } from "../../../schemas/Reason.ts"
import { isRejectionRetryable } from "../../../src/policy/recovery/RejectionTable.ts"
import { recover } from "../../../src/policy/recovery/Recovery.ts"

const tagged = (tag: ApiReason["_tag"]) => ({ _tag: tag })

describe("the recovery table", () => {
  it.prop(
    "never sends a paid submit again that may have been processed, and holds its money",
    {
      reason: Arbitrary.schema(ApiReason),
      outcome: Arbitrary.schema(Schema.Literals(["Unknown", "Accepted", "Done"]))
    },
    ({ outcome, reason }) => {
      const recovery = recover(reason, "paidSubmit", outcome)
      assert.strictEqual(recovery.retry, "never")
      assert.strictEqual(recovery.money, "hold")
      assert.isFalse(recovery.isRetryable)
      assert.isFalse(recovery.fallback)
      assert.isTrue(recovery.alert)
    }
  )

  it.prop(
    "releases the money of whatever was surely not processed",
    {
      reason: Arbitrary.schema(ApiReason),
      payment: Arbitrary.schema(Payment),
      outcome: Arbitrary.schema(Schema.Literals(["NotSent", "Refused"]))
    },
    ({ outcome, payment, reason }) => {
      assert.strictEqual(recover(reason, payment, outcome).money, "release")
    }
  )

  it.prop(
    "settles metered text at its bound where the outcome is not known",
    { reason: Arbitrary.schema(ApiReason) },
    ({ reason }) => {
      assert.strictEqual(recover(reason, "metered", "Unknown").money, "settleAtBound")
    }
  )

  it("does with each failure what its kind needs", () => {
    for (const outcome of Outcome.literals) {
      assert.strictEqual(recover(tagged("TimedOut"), "metered", outcome).retry, "backoff")
      assert.strictEqual(recover(tagged("DnsFailed"), "metered", outcome).retry, "never")
      assert.strictEqual(recover(tagged("ConnectionRefused"), "metered", outcome).breaker, "opens")
      assert.deepInclude(recover(tagged("KeyRejected"), "metered", outcome), {
        retry: "never",
        key: "check",
        alert: true
      })
      assert.strictEqual(recover(tagged("RateLimited"), "metered", outcome).retry, "afterHint")
      assert.strictEqual(recover(tagged("ServerFailed"), "metered", outcome).retry, "backoff")
      assert.strictEqual(recover(tagged("RequestRejected"), "metered", outcome).retry, "never")
      const correction = outcome === "Done" ? "onceCorrected" : "backoff"
      assert.strictEqual(recover(tagged("MalformedResponse"), "metered", outcome).retry, correction)
    }
  })

  it("never retries validation, content policy, balance, key or quota failures, however free", () => {
    const final = [
      "RequestRejected",
      "ContentRejected",
      "InsufficientBalance",
      "KeyRejected",
      "KeyForbidden",
      "QuotaExhausted"
    ] as const
    for (const tag of final) {
      for (const payment of Payment.literals)
        assert.strictEqual(recover(tagged(tag), payment, "Refused").retry, "never")
    }
  })

  it("counts only the provider's faults against its circuit", () => {
    const faults = ApiReason.members
      .map((member) => member.fields._tag.ast.literal as ApiReason["_tag"])
      .filter((tag) => recover(tagged(tag), "free", "Unknown").breaker !== "ignored")
    assert.sameMembers(faults, [
      "TimedOut",
      "ConnectionRefused",
      "ConnectionLost",
      "TlsFailed",
      "ServerFailed",
      "ServiceUnavailable",
      "MalformedResponse",
      "IncompleteResponse",
      "EmptyResponse"
    ])
  })
})

describe("the rejection table", () => {
  it.prop(
    "calls a refusal retryable only where waiting can change it",
    { reason: Arbitrary.schema(RejectionReason) },
    ({ reason }) => {
      const final = [
        "InputRejected",
        "PriceUnknown",
        "NoHealthyKey",
        "IdempotencyConflict",
        "JobNotFound",
        "JobNotCancellable",
        "JobNotResolvable",
        "LetterNotFound",
        "RetryRefused"
      ]
      const isMended =
        reason._tag === "StorageFailed"
          ? ["DiskFull", "Locked"].includes(reason.problem)
          : reason._tag === "BudgetExhausted"
            ? reason.retryAfter !== undefined
            : !final.includes(reason._tag)
      assert.strictEqual(isRejectionRetryable(reason), isMended)
    }
  )
})
