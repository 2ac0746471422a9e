import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { bucketOf, longestIn } from "../../../src/overview/LatencyHistogram.ts"
import { RollingCalls } from "../../../src/overview/RollingCalls.ts"

const slots = 8
const span = 3
const Call = Schema.Struct({
  /** Mostly forward, now and then back: events of several fibers come a little out of order. */
  step: Schema.Int.check(Schema.isBetween({ minimum: -2, maximum: 4 })),
  took: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5_000 })),
  isFailed: Schema.Boolean
})
const Calls = Schema.Array(Call)

interface Ended {
  readonly at: number
  readonly took: number
  readonly isFailed: boolean
}

/** The same, by keeping every call. */
const pointOf = (calls: ReadonlyArray<Ended>, from: number, to: number, of = from) => {
  const inSpan = calls.filter(({ at }) => at >= from && at <= to)
  const own = inSpan.filter(({ at }) => at >= of)
  const sorted = inSpan.map(({ took }) => took).toSorted((left, right) => left - right)
  const at = (share: number) =>
    sorted.length === 0 ? null : longestIn(bucketOf(sorted[Math.ceil(share * sorted.length) - 1]!))
  return {
    calls: own.length,
    failed: own.filter(({ isFailed }) => isFailed).length,
    p50Millis: at(0.5),
    p99Millis: at(0.99)
  }
}

describe("RollingCalls", () => {
  it.prop("tells the same as a list of all calls would, for as far back as it goes", { calls: Calls }, ({ calls }) => {
    const rolling = new RollingCalls(1, slots + span + 1)
    let at = 100
    let newest = at
    const kept: Array<Ended> = []
    for (const { isFailed, step, took } of calls) {
      at = Math.max(0, at + step)
      newest = Math.max(newest, at)
      rolling.add(at, took, isFailed)
      kept.push({ at, took, isFailed })
    }
    const remembered = kept.filter((it) => it.at > newest - slots - span - 1)
    assert.deepStrictEqual(
      rolling.series(newest, slots, span),
      Array.from({ length: slots }, (_, index) => newest - slots + index).map((second) =>
        pointOf(remembered, second - span + 1, second, second)
      )
    )
    assert.deepStrictEqual(rolling.sum(newest, 4), pointOf(remembered, newest - 3, newest))
  })

  it("forgets what is older than its ring, and takes nothing from a time it has forgotten", () => {
    const rolling = new RollingCalls(1_000, 3)
    rolling.add(0, 5, true)
    rolling.add(3_000, 7, false)
    rolling.add(0, 9, false)
    assert.deepStrictEqual(rolling.sum(3_999, 3), { calls: 1, failed: 0, p50Millis: 7, p99Millis: 7 })
    assert.strictEqual(rolling.sum(9_000, 3).calls, 0)
  })
})
