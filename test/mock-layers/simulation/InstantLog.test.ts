import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { InstantLog } from "../../../mock-layers/simulation/InstantLog.ts"

const logOf = (millis: ReadonlyArray<number>) => {
  const log = new InstantLog()
  for (const instant of millis) log.enter("chat", instant * 1_000_000)
  return log
}

const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))

describe("InstantLog", () => {
  it("finds the fullest window wherever it begins, its end not in it", () => {
    const log = logOf([0, 400, 999, 1_000, 1_399, 1_400])
    assert.strictEqual(log.largestInWindow("chat", 1_000), 4)
    assert.strictEqual(log.largestInWindow("chat", 1_001), 5)
    assert.strictEqual(log.largestInWindow("chat", 1), 1)
    assert.strictEqual(log.largestInWindow("chat", 0), 0)
    assert.strictEqual(log.largestInWindow("submit", 1_000), 0)
  })

  it("keeps fractions of a millisecond apart", () => {
    const log = logOf([0.000_001, 1_000, 1_000.000_001])
    assert.strictEqual(log.largestInWindow("chat", 1_000), 2)
    assert.deepStrictEqual(log.instants("chat"), [0.000_001, 1_000, 1_000.000_001])
  })

  it("takes an instant before the newest for the newest", () => {
    const log = logOf([500, 100, 600])
    assert.deepStrictEqual(log.instants("chat"), [500, 500, 600])
    assert.strictEqual(log.enter("chat", 0), 600)
  })

  it("gives the newest instants by their place", () => {
    const log = logOf([1, 2, 3])
    assert.deepStrictEqual(
      [1, 3, 4].map((place) => log.newestNanos("chat", place)),
      [3_000_000, 1_000_000, undefined]
    )
    log.forget()
    assert.isUndefined(log.newestNanos("chat", 1))
  })

  it.prop(
    "counts as one who looks at every window that begins at an instant",
    [Schema.Array(between(0, 300)), between(1, 120)],
    ([gaps, window]) => {
      let at = 0
      const instants = gaps.map((gap) => (at += gap % 60))
      const countFrom = (begin: number) => instants.filter((it) => it >= begin && it < begin + window).length
      assert.strictEqual(logOf(instants).largestInWindow("chat", window), Math.max(0, ...instants.map(countFrom)))
    }
  )

  it("sees through half a million instants at once", () => {
    const log = logOf(Array.from({ length: 500_000 }, (_, index) => index))
    assert.strictEqual(log.largestInWindow("chat", 60_000), 60_000)
    assert.strictEqual(log.instants("chat").length, 500_000)
  })
})
