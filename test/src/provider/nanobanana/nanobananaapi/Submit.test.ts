/** What an answer to the paid request of nanobananaapi.ai means, for every status and every body code. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import type { AttemptFailed } from "../../../../../schemas/Failures.ts"
import { readSubmitAnswer } from "../../../../../src/provider/nanobanana/nanobananaapi/Submit.ts"
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

/** What a number means on its own; everything else is a `ServerFailed` that proves nothing. */
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
  455: ["ServiceUnavailable", "Refused"],
  501: ["GenerationFailed", "Unknown"],
  502: ["ServiceUnavailable", "Unknown"],
  503: ["ServiceUnavailable", "Refused"],
  504: ["ServiceUnavailable", "Unknown"],
  505: ["RequestRejected", "Unknown"],
  529: ["ServiceUnavailable", "Unknown"]
}
const meaningOf = (code: number) => meaning[code] ?? (["ServerFailed", "Unknown"] as const)
const codes = [undefined, 0, 200, 201, 400, 401, 402, 403, 404, 409, 422, 429, 455, 500, 501, 503, 505, 1001]
const isSuccess = (status: number): boolean => status >= 200 && status < 300

describe("submit of nanobananaapi", () => {
  it("a task id is a job", () => {
    assert.deepStrictEqual(read(answerOf(200, fixture("api-submitted"))), acceptedAs("task12345"))
    assert.deepStrictEqual(
      read(answerOf(200, { code: 200, message: "ok", data: { taskId: "task12345", extra: 1 } })),
      acceptedAs("task12345")
    )
  })

  it("a task id is a job whatever status and code come with it: a paid picture is never lost", () => {
    for (const status of everyStatus) {
      for (const code of codes) {
        const result = read(answerOf(status, { code, msg: "error", data: { taskId: "task12345" } }))
        assert.isTrue(Result.isSuccess(result), `${status} ${code}`)
      }
    }
  })

  it("strange neighbours do not hide a task id", () => {
    const body = { code: "200", msg: { a: 1 }, data: { taskId: "t", successFlag: "x", response: 3, info: [] } }
    assert.deepStrictEqual(read(answerOf(200, body)), acceptedAs("t"))
  })

  it("every status without a readable body means what the table says", () => {
    for (const status of everyStatus.filter((it) => !isSuccess(it))) {
      for (const body of ["", "<html>502</html>", "null", "[]", "{}", { data: null }]) {
        assert.deepStrictEqual(verdict(answerOf(status, body)), meaningOf(status), `${status} ${JSON.stringify(body)}`)
      }
    }
  })

  it("every body code under an HTTP 200 means what the table says", () => {
    for (const code of [...everyStatus, 0, -1, 1001, 100_000].filter((it) => it !== 200)) {
      assert.deepStrictEqual(verdict(answerOf(200, { code, msg: "no", data: null })), meaningOf(code), String(code))
    }
  })

  it("only two numbers that agree prove that nothing was processed", () => {
    for (const status of everyStatus) {
      for (const code of codes) {
        const isQuiet = code === undefined || code === 200
        const proves = (number: number): boolean => meaningOf(number)[1] === "Refused"
        const isProven = isQuiet ? proves(status) : proves(code) && (isSuccess(status) || proves(status))
        const failure = failureOf(answerOf(status, { code, msg: "no" }))
        assert.strictEqual(failure.outcome, isProven ? "Refused" : "Unknown", `${status} ${code}`)
        assert.strictEqual(failure.status, status)
      }
    }
  })

  it.each([
    [500, 402, "InsufficientBalance"],
    [400, 402, "InsufficientBalance"],
    [401, 500, "KeyRejected"],
    [503, 455, "ServiceUnavailable"],
    [401, 200, "KeyRejected"],
    [429, 1001, "RateLimited"],
    [500, 500, "ServerFailed"]
  ] as const)("HTTP %i with code %i is %s", (status, code, reason) => {
    assert.strictEqual(verdict(answerOf(status, { code }))[0], reason)
  })

  it("a success without a task id proves nothing", () => {
    for (const body of [
      { code: 200, msg: "success" },
      { code: 200, data: {} },
      { code: 200, data: { taskId: "" } }
    ]) {
      assert.deepStrictEqual(verdict(answerOf(200, body)), ["MalformedResponse", "Unknown"])
    }
    assert.deepStrictEqual(verdict(answerOf(200, "  \n\n ")), ["EmptyResponse", "Unknown"])
    assert.deepStrictEqual(verdict(answerOf(200, "<html>")), ["MalformedResponse", "Unknown"])
    assert.deepStrictEqual(verdict(answerOf(204, "")), ["EmptyResponse", "Unknown"])
  })

  it("every cut of an accepted answer proves nothing, whatever the status", () => {
    const whole = JSON.stringify({ code: 200, msg: "success", data: { taskId: "task12345" } })
    for (let length = 1; length < whole.length; length++) {
      assert.deepStrictEqual(verdict(answerOf(200, whole.slice(0, length))), ["IncompleteResponse", "Unknown"])
      for (const status of [400, 401, 429, 503]) {
        assert.strictEqual(verdict(answerOf(status, whole.slice(0, length)))[1], "Unknown")
      }
    }
  })

  it.each([" ", "a b", "ä", "\ud800", "x".repeat(501), 1.5, -1, true, null, { id: 1 }, ["a"]])(
    "%j is no task id",
    (taskId) => {
      assert.deepStrictEqual(verdict(answerOf(200, { code: 200, data: { taskId } })), ["MalformedResponse", "Unknown"])
    }
  )

  it("a task id that comes as a number is the name of a paid job all the same", () => {
    assert.deepStrictEqual(read(answerOf(200, { code: 200, data: { taskId: 12 } })), acceptedAs("12"))
  })

  it("a content policy in the words makes a 400 a ContentRejected", () => {
    const body = { code: 400, msg: "Your prompt has been flagged for violating content policy" }
    const failure = failureOf(answerOf(200, body))
    assert.deepStrictEqual(failure.reason, { _tag: "ContentRejected", detail: body.msg })
    assert.strictEqual(failure.outcome, "Refused")
  })

  it("money, keys and wrong requests are told apart", () => {
    const tags = [400, 401, 402, 409, 408, 422, 425].map((status) => verdict(answerOf(status, ""))[0])
    assert.deepStrictEqual(tags, [
      "RequestRejected",
      "KeyRejected",
      "InsufficientBalance",
      "ServerFailed",
      "ServerFailed",
      "RequestRejected",
      "ServerFailed"
    ])
  })

  it("keeps the provider's hint and its request id", () => {
    const headers = { "retry-after": "7", "x-request-id": "r-1" }
    for (const status of [429, 455, 503, 500]) {
      const failure = failureOf(answerOf(status, { code: status }, headers))
      assert.isTrue("retryAfter" in failure.reason && failure.reason.retryAfter !== undefined)
      if ("retryAfter" in failure.reason && failure.reason.retryAfter !== undefined) {
        assert.strictEqual(Duration.toMillis(failure.reason.retryAfter), 7_000)
      }
      assert.strictEqual(failure.providerRequestId, "r-1")
    }
  })

  it("keeps the provider's words, and drops them where they quote the prompt or the key", () => {
    const kept = failureOf(answerOf(422, { code: 422, msg: "image_size is not valid" }))
    assert.deepStrictEqual(kept.reason, { _tag: "RequestRejected", status: 422, detail: "image_size is not valid" })
    const other = failureOf(answerOf(422, { code: 422, message: "image_size is not valid" }))
    assert.deepStrictEqual(other.reason, kept.reason)
    for (const echo of [keyCanary, promptCanary, promptCanary.toUpperCase().slice(5, 20)]) {
      for (const status of [200, 301, 400, 401, 402, 404, 422, 429, 500, 503]) {
        for (const code of codes) {
          const failure = failureOf(answerOf(status, { code, msg: `bad: ${echo}`, message: echo }))
          assert.notInclude(JSON.stringify(failure), echo)
          assert.notInclude(String(failure), echo)
        }
      }
      assert.notInclude(JSON.stringify(failureOf(answerOf(200, `{"code":200,"x":"${echo}"`))), echo)
    }
  })
})
