import { assert, describe, it } from "@effect/vitest"
import { clockMarginRatio, spanOf, tierProblems } from "../../../../src/policy/rate-limit/RateTier.ts"

describe("the tiers of a quota", () => {
  it("have a margin of a thousandth, exactly", () => {
    assert.strictEqual(clockMarginRatio, 0.001)
    assert.deepStrictEqual(
      [1, 1_000, 1_001, 60_000].map((windowMillis) => spanOf({ limit: 1, windowMillis })),
      [2, 1_001, 1_003, 60_060]
    )
  })

  it("may be of one permit and of one millisecond", () => {
    assert.deepStrictEqual(tierProblems([{ limit: 1, windowMillis: 1 }]), [])
  })

  it("are told what is expected of them", () => {
    const told = (...tiers: ReadonlyArray<readonly [limit: number, windowMillis: number]>) =>
      tierProblems(tiers.map(([limit, windowMillis]) => ({ limit, windowMillis })))
    assert.deepStrictEqual(told([1, 5], [1, 5]), [
      { name: "limits.1", problem: "two tiers have the same window", expected: "one tier for each window" }
    ])
    assert.deepStrictEqual(told([2, 5], [1, 6], [3, 7]), [
      {
        name: "limits.1",
        problem: "2 in the shorter window are above 1 in the longer one",
        expected: "limits that grow with their windows"
      }
    ])
  })
})
