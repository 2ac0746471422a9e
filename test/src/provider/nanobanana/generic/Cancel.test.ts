/** What an answer to a cancel of the plain job API means, for every status. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readCancelAnswer } from "../../../../../src/provider/nanobanana/generic/Cancel.ts"
import type { Answer } from "../../../../../src/transport/Transport.ts"
import { answerOf, contextOf, everyStatus, fixture } from "../Answers.ts"

const verdict = (answer: Answer): string => {
  const result = readCancelAnswer(answer, { ...contextOf("cancel"), secrets: undefined })
  return Result.isSuccess(result) ? result.success : result.failure.reason._tag
}

describe("cancel of the generic protocol", () => {
  it("is confirmed by 204, and by a success that calls the job cancelled", () => {
    assert.strictEqual(verdict(answerOf(204, "")), "Cancelled")
    assert.strictEqual(verdict(answerOf(200, fixture("generic-cancelled"))), "Cancelled")
    assert.strictEqual(verdict(answerOf(202, fixture("generic-cancelled"))), "Cancelled")
  })

  it("a success that confirms nothing leaves the job as it was", () => {
    for (const body of ["", "{}", { status: "processing" }, { status: "completed" }, { status: "cancelling" }]) {
      assert.strictEqual(verdict(answerOf(200, body)), "NotCancelled", JSON.stringify(body))
    }
  })

  it("of the other statuses only 404, 405, 409 and 410 are an answer, and none is a confirmation", () => {
    for (const status of everyStatus.filter((it) => it < 200 || it > 299)) {
      const result = verdict(answerOf(status, fixture("generic-cancelled")))
      assert.strictEqual(result === "NotCancelled", [404, 405, 409, 410].includes(status), String(status))
      assert.notStrictEqual(result, "Cancelled")
    }
  })

  it("a body that can not be read is a failure: asking again is free", () => {
    assert.strictEqual(verdict(answerOf(200, '{"status":"canc')), "IncompleteResponse")
    assert.strictEqual(verdict(answerOf(200, "<html>")), "MalformedResponse")
    assert.strictEqual(verdict(answerOf(401, "")), "KeyRejected")
    assert.strictEqual(verdict(answerOf(500, "<html>")), "ServerFailed")
  })
})
