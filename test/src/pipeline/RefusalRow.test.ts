/** 429s in a row: which of them say something new. */
import { assert, describe, it } from "@effect/vitest"
import { RefusalRow } from "../../../src/pipeline/RefusalRow.ts"

const memory = 1_000

describe("refusals in a row", () => {
  it("are counted one after the other", () => {
    const row = new RefusalRow()
    assert.deepStrictEqual(
      [row.refused(0, 10, memory), row.refused(10, 20, memory), row.refused(25, 30, memory)],
      [1, 2, 3]
    )
  })

  it("that were on the wire together are one", () => {
    const row = new RefusalRow()
    assert.strictEqual(row.refused(0, 10, memory), 1)
    assert.isUndefined(row.refused(9, 11, memory))
    assert.strictEqual(row.refused(10, 12, memory), 2)
  })

  it("end with an answer", () => {
    const row = new RefusalRow()
    row.refused(0, 10, memory)
    row.answered()
    assert.strictEqual(row.refused(20, 30, memory), 1)
  })

  it("end when none has come for the memory, and not at its last instant", () => {
    const row = new RefusalRow()
    row.refused(0, 10, memory)
    assert.strictEqual(row.refused(20, 1_010, memory), 2)
    assert.strictEqual(row.refused(1_020, 2_011, memory), 1)
  })
})
