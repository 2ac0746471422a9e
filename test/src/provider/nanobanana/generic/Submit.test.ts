/** What an answer to the paid request of the plain job API means, for every status. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../../../schemas/Failures.ts"
import { readSubmitAnswer } from "../../../../../src/provider/nanobanana/generic/Submit.ts"
import type { Answer } from "../../../../../src/transport/Transport.ts"
import { acceptedAs, answerOf, contextOf, everyStatus, fixture, keyCanary, promptCanary } from "../Answers.ts"

const read = (answer: Answer) => readSubmitAnswer(answer, contextOf("submit"))

const failureOf = (answer: Answer): AttemptFailed => {
  const result = read(answer)
  return Result.isFailure(result) ? result.failure : assert.fail(`accepted: ${JSON.stringify(result.success)}`)
}

const verdict = (answer: Answer): readonly [string, string] => {
  const failure = failureOf(answer)
  return [failure.reason._tag, failure.outcome]
}

const meaning: Readonly<Record<number, readonly [string, "Refused" | "Unknown"]>> = {
  400: ["RequestRejected", "Refused"],
  401: ["KeyRejected", "Refused"],
  402: ["InsufficientBalance", "Refused"],
  403: ["KeyForbidden", "Refused"],
  404: ["NotFound", "Refused"],
  405: ["RequestRejected", "Refused"],
  406: ["RequestRejected", "Unknown"],
  410: ["NotFound", "Unknown"],
  411: ["RequestRejected", "Unknown"],
  413: ["RequestRejected", "Refused"],
  414: ["RequestRejected", "Refused"],
  415: ["RequestRejected", "Refused"],
  422: ["RequestRejected", "Refused"],
  426: ["RequestRejected", "Unknown"],
  429: ["RateLimited", "Refused"],
  431: ["RequestRejected", "Refused"],
  502: ["ServiceUnavailable", "Unknown"],
  503: ["ServiceUnavailable", "Refused"],
  504: ["ServiceUnavailable", "Unknown"],
  529: ["ServiceUnavailable", "Unknown"]
}

describe("submit of the generic protocol", () => {
  it("a job id is a job, whatever status comes with it: a paid picture is never lost", () => {
    const accepted = acceptedAs("job-7f3a")
    for (const status of everyStatus) {
      assert.deepStrictEqual(read(answerOf(status, fixture("generic-submitted"))), accepted)
    }
    assert.deepStrictEqual(read(answerOf(202, { jobId: "job-7f3a", error: {}, status: 7 })), accepted)
  })

  it("every status without a job id means what the table says", () => {
    for (const status of everyStatus.filter((it) => it < 200 || it > 299)) {
      for (const body of ["", "<html>", "null", "[]", "{}", { jobId: "" }, { error: "no" }, { code: 402 }]) {
        const expected = meaning[status] ?? ["ServerFailed", "Unknown"]
        assert.deepStrictEqual(verdict(answerOf(status, body)), expected, `${status} ${JSON.stringify(body)}`)
      }
    }
  })

  it("a success without a job id proves nothing", () => {
    for (let status = 200; status < 300; status++) {
      assert.deepStrictEqual(verdict(answerOf(status, { ok: true })), ["MalformedResponse", "Unknown"])
      assert.deepStrictEqual(verdict(answerOf(status, "")), ["EmptyResponse", "Unknown"])
      assert.deepStrictEqual(verdict(answerOf(status, "created")), ["MalformedResponse", "Unknown"])
    }
  })

  it("every cut of an accepted answer proves nothing, whatever the status", () => {
    const whole = JSON.stringify({ jobId: "job-7f3a" })
    for (let length = 1; length < whole.length; length++) {
      assert.deepStrictEqual(verdict(answerOf(201, whole.slice(0, length))), ["IncompleteResponse", "Unknown"])
      assert.strictEqual(verdict(answerOf(503, whole.slice(0, length)))[1], "Unknown")
    }
  })

  it.each([" ", "a b", "ä", ".", "..", "x".repeat(501), 1.5, -1, true, null])("%j is no job id", (jobId) => {
    assert.deepStrictEqual(verdict(answerOf(200, { jobId })), ["MalformedResponse", "Unknown"])
  })

  it("a job id that comes as a number is the name of a paid job all the same", () => {
    assert.deepStrictEqual(read(answerOf(200, { jobId: 12 })), acceptedAs("12"))
  })

  it("recognises a content policy", () => {
    const failure = failureOf(answerOf(422, { error: "prohibited content" }))
    assert.deepStrictEqual(failure.reason, { _tag: "ContentRejected", detail: "prohibited content" })
  })

  it("drops words that quote the prompt or the key", () => {
    for (const echo of [promptCanary, keyCanary]) {
      for (const status of everyStatus) {
        const failure = failureOf(answerOf(status, { error: `bad: ${echo}` }))
        assert.notInclude(JSON.stringify(failure), echo)
        assert.notInclude(String(failure), echo)
      }
    }
  })
})
