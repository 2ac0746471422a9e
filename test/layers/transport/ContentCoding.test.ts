import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { contentCoding, decodeBody } from "../../../layers/transport/ContentCoding.ts"

const plain = Buffer.from("a body of some length ".repeat(100))
const codings = {
  gzip: gzipSync(plain),
  "x-gzip": gzipSync(plain),
  deflate: deflateSync(plain),
  br: brotliCompressSync(plain)
}

describe("ContentCoding", () => {
  for (const [coding, body] of Object.entries(codings)) {
    it(`undoes ${coding}, up to the limit and not beyond`, () => {
      assert.deepStrictEqual(Buffer.from(Result.getOrThrow(decodeBody(coding, body, plain.length))), plain)
      assert.isTrue(Result.isFailure(decodeBody(coding, body, plain.length - 1)))
    })
  }

  it("refuses what it does not know, and what is damaged", () => {
    assert.deepStrictEqual(decodeBody("zstd", plain, 1_000_000), Result.fail("an unknown content coding"))
    assert.isTrue(Result.isFailure(decodeBody("gzip, br", plain, 1_000_000)))
    assert.isTrue(Result.isFailure(decodeBody("constructor", plain, 1_000_000)))
    assert.isTrue(Result.isFailure(decodeBody("gzip", plain, 1_000_000)))
  })

  it("a body without a coding is plain", () => {
    assert.isUndefined(contentCoding({}))
    assert.isUndefined(contentCoding({ "content-encoding": "identity" }))
    assert.strictEqual(contentCoding({ "content-encoding": " GZIP " }), "gzip")
  })
})
