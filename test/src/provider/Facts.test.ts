/** What may be told of an answer: its facts, its request id, and the failed attempt of a broken exchange. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import { answerFacts } from "../../../src/provider/AnswerFacts.ts"
import { failedExchange } from "../../../src/provider/FailedExchange.ts"
import { requestIdOf } from "../../../src/provider/RequestId.ts"
import { TransportFailed } from "../../../src/transport/TransportFailed.ts"

const answer = (headers: Record<string, string>, body = "") => ({
  status: 200,
  headers,
  body: new TextEncoder().encode(body)
})

describe("AnswerFacts", () => {
  it("gives media type, length and hash, and not a byte of the body", () => {
    assert.deepStrictEqual(answerFacts(answer({ "content-type": "Text/HTML; charset=utf-8" }, "<p>")), {
      contentType: "text/html",
      bytes: 3,
      sha256: "33f2799467177287a29260780a107ac98ea63dd6165f67fcc0d74767d0a82090"
    })
  })

  it("a content type that is none, or endless, is cut to nothing or to 100 characters", () => {
    assert.strictEqual(answerFacts(answer({})).contentType, "")
    assert.strictEqual(answerFacts(answer({ "content-type": "a red fox" })).contentType, "")
    assert.strictEqual(answerFacts(answer({ "content-type": `text/${"x".repeat(500)}` })).contentType.length, 100)
  })
})

describe("RequestId", () => {
  it("takes the first header that has one", () => {
    assert.strictEqual(requestIdOf({ "cf-ray": "r", "x-ds-trace-id": "t" }), "t")
    assert.strictEqual(requestIdOf({ "x-request-id": " ", "request-id": "q" }), "q")
    assert.strictEqual(requestIdOf({ "x-request-id": "x", "cf-ray": "r" }), "x")
    assert.strictEqual(requestIdOf({ server: "nginx" }), undefined)
  })

  it("keeps at most 100 visible ASCII characters", () => {
    assert.strictEqual(requestIdOf({ "x-request-id": "a\u0007b é" }), "ab")
    assert.strictEqual(requestIdOf({ "x-request-id": "x".repeat(500) })?.length, 100)
  })
})

describe("FailedExchange", () => {
  const reason = { _tag: "TimedOut", phase: "body", limit: Duration.seconds(12) } as const

  it("an exchange of which no byte was written was not sent", () => {
    const failure = failedExchange("deepseek", "chat", "metered", new TransportFailed({ reason, wasSent: false }))
    assert.deepInclude(failure, { provider: "deepseek", operation: "chat", reason, outcome: "NotSent" })
    assert.isFalse("status" in failure)
  })

  it.each(["free", "metered", "paidSubmit"] as const)(
    "an exchange that broke after a byte was written is unknown, whatever its status said (%s)",
    (payment) => {
      const error = new TransportFailed({ reason, wasSent: true, status: 429 })
      assert.deepInclude(failedExchange("nanobanana", "submit", payment, error), { outcome: "Unknown", status: 429 })
    }
  )
})
