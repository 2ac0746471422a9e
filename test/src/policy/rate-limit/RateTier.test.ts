import { assert, describe, it } from "@effect/vitest"
import { spanOf, tierProblems } from "../../../../src/policy/rate-limit/RateTier.ts"

const minute = { limit: 20, windowMillis: 60_000 }
const hour = { limit: 100, windowMillis: 3_600_000 }

describe("tiers", () => {
  it("that make sense have no problem, in any order, and so has no tier at all", () => {
    assert.deepStrictEqual(tierProblems([]), [])
    assert.deepStrictEqual(tierProblems([minute, hour]), [])
    assert.deepStrictEqual(tierProblems([hour, minute]), [])
    assert.deepStrictEqual(tierProblems([minute, { ...hour, limit: 20 }]), [])
  })

  for (const limit of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    it(`with a limit of ${limit} are refused`, () => {
      const [first] = tierProblems([{ ...minute, limit }])
      assert.deepStrictEqual(first, {
        name: "limits.0.limit",
        problem: `a limit is ${limit}`,
        expected: "a whole number of permits from 1"
      })
    })
  }

  for (const windowMillis of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`with a window of ${windowMillis} are refused`, () => {
      const [first] = tierProblems([{ ...minute, windowMillis }])
      assert.deepStrictEqual(first, {
        name: "limits.0.window",
        problem: `a window is ${windowMillis}`,
        expected: "a whole number of milliseconds from 1"
      })
    })
  }

  it("are told all their problems at once", () => {
    const problems = tierProblems([{ limit: 0, windowMillis: 0 }, { limit: 101, windowMillis: 60_000 }, minute, hour])
    assert.deepStrictEqual(
      problems.map(({ problem }) => problem),
      ["a limit is 0", "a window is 0", "two tiers have the same window"]
    )
    assert.deepStrictEqual(
      tierProblems([hour, { limit: 101, windowMillis: 60_000 }]).map(({ problem }) => problem),
      ["101 in the shorter window are above 100 in the longer one"]
    )
  })

  it("occupy their window and a thousandth of it, in whole milliseconds, rounded up", () => {
    for (const windowMillis of [1, 7, 999, 1_000, 1_001, 60_000, 3_600_000, 86_400_000, 2 ** 40 + 1]) {
      const exact = (BigInt(windowMillis) * 1_001n + 999n) / 1_000n
      assert.isAtLeast(spanOf({ limit: 1, windowMillis }), Number(exact))
      assert.isAtMost(spanOf({ limit: 1, windowMillis }), Number(exact) + 1)
    }
  })
})
