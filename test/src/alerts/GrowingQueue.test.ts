/** When a queue grows, and when it does no more. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { followQueue, noGrowth, type QueueGrowth } from "../../../src/alerts/GrowingQueue.ts"

const levels = (lengths: ReadonlyArray<number>, { everyMillis = 5_000, limit = 1_000 } = {}) => {
  let growth: QueueGrowth = noGrowth
  return lengths.map((callers, index) => {
    const next = followQueue(growth, { callers, limit }, index * everyMillis)
    growth = next.growth
    return next.level
  })
}

describe("a growing queue", () => {
  it("an empty queue, and one that stays as long as it is, does not grow", () => {
    assert.deepStrictEqual(levels([0, 0, 0]), [0, 0, 0])
    assert.deepStrictEqual(levels([50, 50, 50, 50, 50, 50, 50, 50, 50]), [0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it("one that doubles within half a minute grows, one that takes longer does not", () => {
    assert.deepStrictEqual(levels([10, 15, 20]), [0, 0, 1])
    assert.deepStrictEqual(levels([10, 19, 20], { everyMillis: 16_000 }), [0, 0, 0])
  })

  it("fewer than ten callers are no news", () => {
    assert.deepStrictEqual(levels([1, 4, 9]), [0, 0, 0])
  })

  it("it grows until it is half as long as it was at its longest", () => {
    assert.deepStrictEqual(levels([5, 40, 30, 21, 20, 21]), [0, 1, 1, 1, 0, 0])
  })

  it("four fifths of its limit are nearly all of it", () => {
    assert.deepStrictEqual(levels([79, 80, 79], { limit: 100 }), [0, 2, 0])
  })

  it.prop(
    "it remembers no more than half a minute, however often it is looked at",
    [Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_000 })))],
    ([lengths]) => {
      let growth = noGrowth
      lengths.forEach((callers, index) => {
        growth = followQueue(growth, { callers, limit: 2_000 }, index * 100).growth
        assert.isAtMost(growth.lengths.length, 31)
      })
    }
  )
})
