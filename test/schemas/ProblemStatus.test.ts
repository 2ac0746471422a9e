/**
 * The status of each reason.
 */
import { assert, describe, it } from "@effect/vitest"
import { statusByFaceReason, statusByReason } from "../../schemas/http-face/ProblemStatus.ts"
import { reasonTags } from "../../schemas/Reason.ts"

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
    assert.strictEqual(statusByReason.InputRejected, 400)
    assert.strictEqual(statusByReason.BudgetExhausted, 402)
    assert.strictEqual(statusByReason.JobNotFound, 404)
    assert.strictEqual(statusByReason.IdempotencyConflict, 422)
    assert.strictEqual(statusByReason.RateLimitExceeded, 429)
    // A key of ours that the provider does not take is no fault of the caller's token.
    assert.strictEqual(statusByReason.KeyRejected, 502)
    assert.strictEqual(statusByReason.NoHealthyKey, 503)
    assert.strictEqual(statusByReason.GenerationTimedOut, 504)
  })
})
