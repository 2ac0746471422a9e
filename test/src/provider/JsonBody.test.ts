/** A body as JSON, and the four ways of being none. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { parseJson, readJson } from "../../../src/provider/JsonBody.ts"

describe("JsonBody", () => {
  it("blank keep-alive lines before the JSON are legal", () => {
    assert.deepStrictEqual(parseJson('\n\n\r\n  \n{"a":1}'), { _tag: "Json", value: { a: 1 } })
  })

  it.each(["", "\n\n\n", " \t\r\n"])("%j never was an answer", (text) => {
    assert.strictEqual(parseJson(text)._tag, "Blank")
  })

  it.each(["{", "[1,", '{"a":"b', '{"a":"b\\"', '\n{"a":{"b":[1,{"c":', '{"a":tru', '{"a":"}"'])(
    "%j breaks off",
    (text) => {
      assert.strictEqual(parseJson(text)._tag, "Truncated")
    }
  )

  it.each(["<html>", "nope", '{"a" 1}', "{a:1}", '{"a":1}]', "{]", "data: {}", '"a'])("%j is no JSON", (text) => {
    assert.strictEqual(parseJson(text)._tag, "NotJson")
  })

  it("a body that ends inside a character breaks off", () => {
    assert.strictEqual(readJson(new TextEncoder().encode('{"a":"🦊').slice(0, -2))._tag, "Truncated")
  })

  it.prop(
    "every proper beginning of an object breaks off",
    { value: Schema.Record(Schema.String, Schema.Json) },
    (it) => {
      const text = JSON.stringify(it.value)
      for (let end = 1; end < Math.min(text.length, 200); end++) {
        assert.strictEqual(parseJson(text.slice(0, end))._tag, "Truncated")
      }
      assert.strictEqual(parseJson(text)._tag, "Json")
    }
  )
})
