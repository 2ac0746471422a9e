import { assert, describe, it } from "@effect/vitest"
import { rememberedAtLeast, WindowLog } from "../../../../src/policy/rate-limit/WindowLog.ts"
import { Chance } from "./Plan.ts"

const tiers = [
  { limit: 3, windowMillis: 10 },
  { limit: 5, windowMillis: 1_000 }
]

describe("the log of what was counted", () => {
  it("tells the limit of each tier, and its window with the margin for clocks", () => {
    const log = new WindowLog(tiers)
    assert.deepStrictEqual(
      log.tiers.map(({ limit, span }) => ({ limit, span })),
      [
        { limit: 3, span: 11 },
        { limit: 5, span: 1_001 }
      ]
    )
  })

  it("holds an instant in a window until its span is over, and not at the instant after", () => {
    const log = new WindowLog(tiers)
    log.append(100)
    assert.deepStrictEqual([log.count(0, 110), log.count(0, 111)], [1, 0])
    assert.deepStrictEqual([log.count(1, 1_100), log.count(1, 1_101)], [1, 0])
  })

  it("counts and tells when each leaves as a naive recount does, through every growth of its ring", () => {
    const chance = new Chance(11)
    const log = new WindowLog(tiers)
    const instants: Array<number> = []
    let now = 0
    for (let step = 0; step < 3_000; step++) {
      now += chance.below(3)
      log.append(now)
      instants.push(now)
      for (const [index, span] of [11, 1_001].entries()) {
        const inside = instants.filter((at) => at + span > now)
        assert.strictEqual(log.count(index, now), inside.length)
        for (const nth of [1, chance.between(1, inside.length), inside.length]) {
          assert.strictEqual(log.leavesAt(index, nth), (inside[nth - 1] ?? Number.NaN) + span)
        }
      }
      assert.strictEqual(log.forgottenUntil(1), Number.NEGATIVE_INFINITY)
    }
  })

  it("forgets the oldest when it is full, and tells until when that one may matter", () => {
    const log = new WindowLog(tiers)
    for (let at = 0; at < rememberedAtLeast; at++) log.append(at)
    assert.strictEqual(log.forgottenUntil(0), Number.NEGATIVE_INFINITY)
    assert.strictEqual(log.count(1, 0), rememberedAtLeast)
    log.append(rememberedAtLeast)
    assert.deepStrictEqual([log.forgottenUntil(0), log.forgottenUntil(1)], [11, 1_001])
    assert.strictEqual(log.count(1, 0), rememberedAtLeast)
    assert.strictEqual(log.leavesAt(1, 1), 1 + 1_001)
    log.append(rememberedAtLeast + 7)
    assert.strictEqual(log.forgottenUntil(0), 1 + 11)
    assert.strictEqual(log.count(1, 0), rememberedAtLeast)
    assert.strictEqual(log.leavesAt(1, rememberedAtLeast), rememberedAtLeast + 7 + 1_001)
  })

  it("remembers as many as the largest limit needs, rounded up to a power of two", () => {
    const log = new WindowLog([
      { limit: 1, windowMillis: 1 },
      { limit: rememberedAtLeast + 1, windowMillis: 10 ** 9 }
    ])
    for (let at = 1; at <= 2 * rememberedAtLeast; at++) log.append(at)
    assert.strictEqual(log.count(1, 1), 2 * rememberedAtLeast)
    assert.strictEqual(log.forgottenUntil(1), Number.NEGATIVE_INFINITY)
    log.append(10_000)
    assert.isAbove(log.forgottenUntil(1), 0)
  })

  it("counts what it remembers against other tiers", () => {
    const log = new WindowLog([{ limit: 1, windowMillis: 5 }])
    for (const at of [1, 2, 3]) log.append(at)
    assert.strictEqual(log.count(0, 100), 0)
    log.configure(tiers)
    assert.deepStrictEqual([log.count(0, 12), log.count(0, 13), log.count(1, 1_002)], [2, 1, 2])
  })

  it("knows no tier that is not there", () => {
    assert.throws(() => new WindowLog(tiers).count(2, 0), RangeError, "there is no tier 2")
    assert.throws(() => new WindowLog([]).forgottenUntil(0), RangeError, "there is no tier 0")
  })
})
