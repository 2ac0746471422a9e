import { assert, describe, it } from "@effect/vitest"
import { recover } from "../../../../src/policy/recovery/Recovery.ts"

describe("what follows from a failed attempt", () => {
  it("is for one that may have been paid: no repetition, its money held, a person told", () => {
    assert.deepStrictEqual(recover({ _tag: "ServerFailed" }, "paidSubmit", "Unknown"), {
      retry: "never",
      breaker: "failure",
      key: "keep",
      money: "hold",
      fallback: false,
      alert: true,
      isRetryable: false
    })
  })

  it("is for the same one, surely not processed, what its row says", () => {
    for (const outcome of ["NotSent", "Refused"] as const) {
      assert.deepStrictEqual(recover({ _tag: "ServerFailed" }, "paidSubmit", outcome), {
        retry: "backoff",
        breaker: "failure",
        key: "keep",
        money: "release",
        fallback: true,
        alert: false,
        isRetryable: true
      })
    }
  })

  it("is for what costs by use: the row, and its bound is spent", () => {
    assert.deepStrictEqual(recover({ _tag: "ServerFailed" }, "metered", "Unknown"), {
      retry: "backoff",
      breaker: "failure",
      key: "keep",
      money: "settleAtBound",
      fallback: true,
      alert: false,
      isRetryable: true
    })
  })

  it("is for what is free: the row, and nothing is held, however it ended", () => {
    for (const outcome of ["NotSent", "Refused", "Unknown", "Accepted", "Done"] as const) {
      assert.strictEqual(recover({ _tag: "ServerFailed" }, "free", outcome).money, "release")
      assert.isTrue(recover({ _tag: "ServerFailed" }, "free", outcome).isRetryable)
    }
  })

  it("is what the row says where the row says more than the payment", () => {
    assert.deepStrictEqual(recover({ _tag: "KeyRejected" }, "free", "Refused"), {
      retry: "never",
      breaker: "ignored",
      key: "check",
      money: "release",
      fallback: true,
      alert: true,
      isRetryable: false
    })
  })
})
