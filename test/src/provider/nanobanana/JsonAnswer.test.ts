/** What a body is that may be JSON. */
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { jsonObject } from "../../../../src/provider/nanobanana/JsonAnswer.ts"
import { answerOf } from "./Answers.ts"

const read = (body: string | Uint8Array) => jsonObject({ ...answerOf(200, ""), body: bytesOf(body) })
const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === "string" ? new TextEncoder().encode(body) : body

describe("jsonObject", () => {
  it("takes an object, with blank lines and a byte order mark before it", () => {
    for (const text of ['{"a":1}', '\n \r\n\n{"a":1}\n', '\ufeff{"a":1}']) {
      assert.deepStrictEqual(read(text), Result.succeed({ a: 1 }))
    }
  })

  it.each([
    ["", "EmptyResponse", undefined],
    [" \n\t\n", "EmptyResponse", undefined],
    ["{", "IncompleteResponse", "no whole JSON object"],
    ['{"a":{"b":1}', "IncompleteResponse", "no whole JSON object"],
    ['{"a":1}{"b":2}', "IncompleteResponse", "no whole JSON object"],
    ["<html>{}</html>", "MalformedResponse", "not JSON"],
    ["[", "MalformedResponse", "not JSON"],
    ["[]", "MalformedResponse", "not a JSON object"],
    ["null", "MalformedResponse", "not a JSON object"],
    ['"{}"', "MalformedResponse", "not a JSON object"]
  ] as const)("%j is a %s", (text, tag, problem) => {
    const result = read(text)
    assert.isTrue(Result.isFailure(result))
    if (!Result.isFailure(result)) return
    const { _tag, bytes, contentType, sha256, ...rest } = result.failure
    assert.strictEqual(_tag, tag)
    assert.deepStrictEqual(rest, problem === undefined ? {} : { problem })
    assert.strictEqual(bytes, text.length)
    assert.strictEqual(contentType, "application/json")
    assert.match(sha256, /^[0-9a-f]{64}$/)
  })

  it("bytes that are no text, and nesting without end, are refused like anything else", () => {
    assert.isTrue(Result.isFailure(read(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))))
    assert.isTrue(Result.isFailure(read("[".repeat(1_000_000))))
  })
})
