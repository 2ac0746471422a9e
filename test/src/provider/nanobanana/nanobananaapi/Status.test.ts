/** What an answer about a job at nanobananaapi.ai means. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readStatusAnswer } from "../../../../../src/provider/nanobanana/nanobananaapi/Status.ts"
import type { Answer } from "../../../../../src/transport/Transport.ts"
import { answerOf, contextOf, everyStatus, fixture, keyCanary, promptCanary } from "../Answers.ts"

const context = contextOf("status")
const read = (answer: Answer) => readStatusAnswer(answer, context)
const readTask = (data: unknown) => read(answerOf(200, { code: 200, msg: "success", data }))

const verdict = (answer: Answer): string => {
  const result = read(answer)
  return Result.isSuccess(result) ? result.success._tag : `${result.failure.reason._tag} ${result.failure.outcome}`
}

const recorded = (name: string) => read(answerOf(200, fixture(name)))

const picturesOf = (data: object) => {
  const result = readTask({ successFlag: 1, ...data })
  return Result.isSuccess(result) && result.success._tag === "Completed" ? result.success.results : undefined
}

const keptCode = (errorCode: unknown) => {
  const result = readTask({ successFlag: 3, errorCode, errorMessage: "" })
  return Result.isSuccess(result) &&
    result.success._tag === "Failed" &&
    result.success.reason._tag === "GenerationFailed"
    ? result.success.reason.providerCode
    : assert.fail("not failed")
}

describe("status of nanobananaapi", () => {
  it("reads each documented state", () => {
    assert.deepStrictEqual(recorded("api-generating"), Result.succeed({ _tag: "Pending", isRunning: true }))
    const url = "https://tempfile.aiquickdraw.com/r/task12345_1756467493.jpg"
    assert.deepStrictEqual(recorded("api-success"), Result.succeed({ _tag: "Completed", results: [{ url }] }))
    assert.deepStrictEqual(
      recorded("api-create-failed"),
      Result.succeed({
        _tag: "Failed",
        reason: { _tag: "GenerationFailed", providerCode: "500", detail: "Internal error, please try again later" }
      })
    )
    assert.deepStrictEqual(
      recorded("api-generate-failed"),
      Result.succeed({
        _tag: "Failed",
        reason: { _tag: "GenerationFailed", providerCode: "501", detail: "Image generation task failed" }
      })
    )
    assert.deepStrictEqual(
      recorded("api-content-policy"),
      Result.succeed({
        _tag: "Failed",
        reason: { _tag: "ContentRejected", detail: "Your prompt has been flagged for violating content policy" }
      })
    )
  })

  it("code 200 is not done: only successFlag 1 is", () => {
    assert.strictEqual(verdict(answerOf(200, fixture("api-generating"))), "Pending")
    assert.strictEqual(verdict(answerOf(200, fixture("api-callback-success"))), "Pending")
  })

  it("a flag nobody knows is pending, not failed and not running", () => {
    for (const successFlag of [-1, 4, 7, 99, null, "1", "done", true, undefined, 0.5]) {
      const response = { resultImageUrl: "https://a.example/x.png" }
      assert.deepStrictEqual(readTask({ successFlag, response }), Result.succeed({ _tag: "Pending", isRunning: false }))
    }
  })

  it("looks for the picture in response, then in info", () => {
    const first = { resultImageUrl: "https://a.example/1.png" }
    const second = { resultImageUrl: "https://a.example/2.png" }
    assert.deepStrictEqual(picturesOf({ response: first, info: second }), [{ url: first.resultImageUrl }])
    assert.deepStrictEqual(picturesOf({ response: { resultImageUrl: "" }, info: second }), [
      { url: second.resultImageUrl }
    ])
    assert.deepStrictEqual(picturesOf({ response: null, info: second }), [{ url: second.resultImageUrl }])
  })

  it.each([
    {},
    { response: {} },
    { response: { resultImageUrl: "" } },
    { response: { resultImageUrl: "soon" } },
    { response: { resultImageUrl: "javascript:alert(1)" } },
    { response: { originImageUrl: "https://a.example/o.png" } }
  ])("a success without an address is malformed and may be asked again: %j", (data) => {
    const result = readTask({ successFlag: 1, ...data })
    assert.isTrue(Result.isFailure(result) && result.failure.reason._tag === "MalformedResponse")
  })

  it("404 right after the submit is a failed look, not a failed job", () => {
    assert.strictEqual(verdict(answerOf(404, fixture("api-task-not-found"))), "NotFound Refused")
    assert.strictEqual(verdict(answerOf(200, fixture("api-task-not-found"))), "NotFound Refused")
    assert.strictEqual(verdict(answerOf(404, "")), "NotFound Refused")
  })

  it("500 may be our own mistake: a failed look", () => {
    assert.strictEqual(verdict(answerOf(200, fixture("api-server-exception"))), "ServerFailed Unknown")
    assert.strictEqual(verdict(answerOf(200, fixture("api-unauthorized"))), "KeyRejected Refused")
  })

  it("no HTTP status but a success ends a job or finishes it", () => {
    for (const status of everyStatus.filter((it) => it < 200 || it > 299)) {
      for (const name of ["api-success", "api-generate-failed", "api-generating"]) {
        assert.isTrue(Result.isFailure(read(answerOf(status, fixture(name)))), `${status} ${name}`)
      }
    }
  })

  it("of the body codes only 501, and 400 with a content policy, end a job", () => {
    for (const code of everyStatus.filter((it) => it !== 200)) {
      const expected = code === 501 ? "Failed" : "failed look"
      const result = read(answerOf(200, { code, msg: "no", data: { taskId: "t", info: { resultImageUrl: "" } } }))
      assert.strictEqual(Result.isSuccess(result) ? result.success._tag : "failed look", expected, String(code))
    }
    const flagged = { code: 400, msg: "flagged for violating content policy", data: { taskId: "t" } }
    assert.deepStrictEqual(
      read(answerOf(200, flagged)),
      Result.succeed({ _tag: "Failed", reason: { _tag: "ContentRejected", detail: flagged.msg } })
    )
  })

  it("error code 400 is a content policy even without words", () => {
    for (const errorMessage of ["", null, "refused"]) {
      const result = readTask({ successFlag: 2, errorCode: 400, errorMessage })
      assert.isTrue(Result.isSuccess(result) && result.success._tag === "Failed")
      if (Result.isSuccess(result) && result.success._tag === "Failed") {
        assert.strictEqual(result.success.reason._tag, "ContentRejected")
      }
    }
  })

  it("a content policy under another code than 400 is a failed look", () => {
    assert.strictEqual(
      verdict(answerOf(200, { code: 422, msg: "flagged for content policy" })),
      "ContentRejected Refused"
    )
  })

  it("a success under another code is not believed, a failure is", () => {
    const data = { successFlag: 1, response: { resultImageUrl: "https://a.example/x.png" } }
    assert.strictEqual(verdict(answerOf(200, { code: 500, data })), "ServerFailed Unknown")
    assert.strictEqual(verdict(answerOf(200, { code: 500, data: { successFlag: 3, errorCode: 500 } })), "Failed")
  })

  it("blank, broken and foreign bodies are failed looks", () => {
    assert.strictEqual(verdict(answerOf(200, "\n\n")), "EmptyResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, '{"code":200,"data":{"succ')), "IncompleteResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, "<html>")), "MalformedResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, { code: 200, msg: "success", data: null })), "MalformedResponse Unknown")
  })

  it("an error code is kept as a number only", () => {
    assert.deepStrictEqual([501, "501", 0, "0", null, promptCanary, {}].map(keptCode), [
      "501",
      "501",
      undefined,
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })

  it("drops words that quote the prompt or the key", () => {
    for (const echo of [promptCanary, keyCanary, `"${promptCanary.slice(3, 30)}"`]) {
      const state = readTask({ successFlag: 3, errorCode: 501, errorMessage: `failed on ${echo}`, paramJson: echo })
      assert.notInclude(JSON.stringify(state), echo.slice(5, 15))
      assert.deepStrictEqual(
        state,
        Result.succeed({ _tag: "Failed", reason: { _tag: "GenerationFailed", providerCode: "501" } })
      )
    }
  })

  it("drops all words where the prompt is not at hand", () => {
    const answer = answerOf(200, fixture("api-generate-failed"))
    assert.deepStrictEqual(
      readStatusAnswer(answer, { ...context, secrets: undefined }),
      Result.succeed({ _tag: "Failed", reason: { _tag: "GenerationFailed", providerCode: "501" } })
    )
  })
})
