/** What an answer about a job of the plain job API means. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { readStatusAnswer } from "../../../../../src/provider/nanobanana/generic/Status.ts"
import type { Answer } from "../../../../../src/transport/Transport.ts"
import { answerOf, contextOf, everyStatus, fixture, promptCanary } from "../Answers.ts"

const context = contextOf("status")
const read = (answer: Answer) => readStatusAnswer(answer, context)

const state = (name: string) => read(answerOf(200, fixture(name)))
const failed = (error: string) => read(answerOf(200, { status: "failed", error }))

const verdict = (answer: Answer): string => {
  const result = read(answer)
  return Result.isSuccess(result) ? result.success._tag : `${result.failure.reason._tag} ${result.failure.outcome}`
}

describe("status of the generic protocol", () => {
  it("reads each state", () => {
    assert.deepStrictEqual(state("generic-queued"), Result.succeed({ _tag: "Pending", isRunning: false }))
    assert.deepStrictEqual(state("generic-processing"), Result.succeed({ _tag: "Pending", isRunning: true }))
    assert.deepStrictEqual(
      state("generic-completed"),
      Result.succeed({ _tag: "Completed", results: [{ url: "https://images.example/job-7f3a.png" }] })
    )
    assert.deepStrictEqual(
      state("generic-failed"),
      Result.succeed({ _tag: "Failed", reason: { _tag: "GenerationFailed", detail: "the model ran out of memory" } })
    )
    assert.deepStrictEqual(state("generic-cancelled"), Result.succeed({ _tag: "Cancelled" }))
  })

  it("a status nobody knows is pending", () => {
    for (const status of ["", "COMPLETED", "done", "paused", "constructor"]) {
      const result = read(answerOf(200, { status, imageUrl: "https://a.example/x.png" }))
      assert.deepStrictEqual(result, Result.succeed({ _tag: "Pending", isRunning: false }))
    }
  })

  it("a completed job without an address, and an answer without a status, are failed looks", () => {
    for (const imageUrl of [undefined, "", "soon", 3, "file:///etc/passwd"]) {
      assert.strictEqual(verdict(answerOf(200, { status: "completed", imageUrl })), "MalformedResponse Unknown")
    }
    for (const status of [undefined, null, 3]) {
      assert.strictEqual(verdict(answerOf(200, { status })), "MalformedResponse Unknown")
    }
  })

  it("404 right after the submit is a failed look, not a failed job", () => {
    assert.strictEqual(verdict(answerOf(404, { error: "no such job" })), "NotFound Refused")
  })

  it("no HTTP status but a success ends a job or finishes it", () => {
    for (const status of everyStatus.filter((it) => it < 200 || it > 299)) {
      for (const name of ["generic-completed", "generic-failed", "generic-cancelled"]) {
        assert.isTrue(Result.isFailure(read(answerOf(status, fixture(name)))), `${status} ${name}`)
      }
    }
  })

  it("blank, broken and foreign bodies are failed looks", () => {
    assert.strictEqual(verdict(answerOf(200, "\n\n")), "EmptyResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, '{"status":"compl')), "IncompleteResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, "completed")), "MalformedResponse Unknown")
    assert.strictEqual(verdict(answerOf(200, '"completed"')), "MalformedResponse Unknown")
  })

  it("recognises a content policy, and drops words that quote the prompt", () => {
    assert.deepStrictEqual(
      failed("stopped by moderation"),
      Result.succeed({ _tag: "Failed", reason: { _tag: "ContentRejected", detail: "stopped by moderation" } })
    )
    assert.deepStrictEqual(
      failed(`violates our content policy: ${promptCanary}`),
      Result.succeed({ _tag: "Failed", reason: { _tag: "ContentRejected" } })
    )
    assert.deepStrictEqual(
      readStatusAnswer(answerOf(200, fixture("generic-failed")), { ...context, secrets: undefined }),
      Result.succeed({ _tag: "Failed", reason: { _tag: "GenerationFailed" } })
    )
  })
})
