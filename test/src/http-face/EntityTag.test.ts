/**
 * Entity tags and byte ranges, against RFC 9110.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { bytesWanted, isMatched } from "../../../src/http-face/EntityTag.ts"

const tag = '"abc"'
const wanted = (range: string | undefined, length = 100, ifRange?: string) => bytesWanted(range, ifRange, tag, length)

describe("bytesWanted", () => {
  it("reads the forms of RFC 9110, section 14.1.2", () => {
    assert.deepStrictEqual(wanted("bytes=0-0"), { _tag: "Part", from: 0, through: 0 })
    assert.deepStrictEqual(wanted("bytes=90-"), { _tag: "Part", from: 90, through: 99 })
    assert.deepStrictEqual(wanted("bytes=-10"), { _tag: "Part", from: 90, through: 99 })
    assert.deepStrictEqual(wanted("bytes=-1000"), { _tag: "Part", from: 0, through: 99 })
    assert.deepStrictEqual(wanted("bytes=50-1000"), { _tag: "Part", from: 50, through: 99 })
    assert.deepStrictEqual(wanted("bytes=100-"), { _tag: "Unsatisfiable" })
    assert.deepStrictEqual(wanted("bytes=-0"), { _tag: "Unsatisfiable" })
  })

  it("ignores what it can not read, and several ranges", () => {
    for (const range of [undefined, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b"])
      assert.deepStrictEqual(wanted(range), { _tag: "Whole" }, String(range))
  })

  it("gives the whole where the caller's part is of other bytes", () => {
    assert.deepStrictEqual(wanted("bytes=0-1", 100, '"other"'), { _tag: "Whole" })
    assert.deepStrictEqual(wanted("bytes=0-1", 100, `W/${tag}`), { _tag: "Whole" })
    assert.deepStrictEqual(wanted("bytes=0-1", 100, tag), { _tag: "Part", from: 0, through: 1 })
  })

  const count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20_000 }))
  const length = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))

  it.prop(
    "never names a byte that is not there",
    { text: Schema.String, first: count, last: count, length },
    ({ first, last, length: size, text }) => {
      for (const range of [text, `bytes=${text}`, `bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        const found = bytesWanted(range, undefined, tag, size)
        if (found._tag !== "Part") continue
        assert.isTrue(found.from >= 0 && found.from <= found.through && found.through < size, range)
      }
    }
  )
})

describe("isMatched", () => {
  it("compares weakly, in a list, and takes a star for all", () => {
    assert.isTrue(isMatched('"x", W/"abc"', tag))
    assert.isTrue(isMatched("*", tag))
    assert.isFalse(isMatched('"abcd"', tag))
    assert.isFalse(isMatched(undefined, tag))
  })
})
