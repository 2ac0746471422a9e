import { assert, describe, it } from "@effect/vitest"
import { worstWaitMillis } from "../../../../src/policy/rate-limit/WorstWait.ts"

const base = {
  tiers: [{ limit: 10, windowMillis: 1_000 }],
  queueLimit: 100,
  agingStepMillis: 5_000,
  longestAnswerMillis: 0
}

describe("the longest wait", () => {
  it("is a whole queue at the pace of the tier, one window, and the classes before", () => {
    assert.deepStrictEqual(
      ([0, 1, 2] as const).map((rank) => worstWaitMillis(base, rank)),
      [11_011, 16_011, 21_011]
    )
  })

  it("goes by the slowest tier for the queue, and by the longest for the window", () => {
    const tiers = [
      { limit: 1, windowMillis: 1_000 },
      { limit: 100, windowMillis: 60_000 }
    ]
    assert.strictEqual(worstWaitMillis({ ...base, tiers }, 0), 100 * 1_001 + 60_060)
  })

  it("is longer by an answer in every window, and for each place in the queue", () => {
    assert.strictEqual(worstWaitMillis({ ...base, longestAnswerMillis: 500 }, 0), 100 * 150.1 + 1_501)
  })

  it("is whole milliseconds, rounded up", () => {
    const tiers = [{ limit: 3, windowMillis: 1_000 }]
    assert.strictEqual(worstWaitMillis({ ...base, tiers, queueLimit: 1 }, 0), Math.ceil(1_001 / 3) + 1_001)
  })

  it("is nothing but the classes before where there is no limit", () => {
    assert.strictEqual(worstWaitMillis({ ...base, tiers: [] }, 1), 5_000)
  })
})
