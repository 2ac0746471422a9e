import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { bucketCount, bucketOf, longestIn, quantile } from "../../../src/overview/LatencyHistogram.ts"

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 20 - 1 }))
const Spans = Schema.NonEmptyArray(Millis)
const Share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const countsOf = (spans: ReadonlyArray<number>): Uint32Array => {
  const counts = new Uint32Array(bucketCount)
  for (const span of spans) counts[bucketOf(span)]! += 1
  return counts
}

describe("LatencyHistogram", () => {
  it("a bucket begins where the one before ends, up to 17 minutes", () => {
    for (let bucket = 1; bucket < bucketCount; bucket++) {
      assert.strictEqual(bucketOf(longestIn(bucket - 1) + 1), bucket)
      assert.strictEqual(bucketOf(longestIn(bucket)), bucket)
    }
    assert.strictEqual(longestIn(bucketCount - 1), 2 ** 20 - 1)
  })

  it("what is no span counts in the first bucket or the last, and never beside them", () => {
    assert.deepStrictEqual([-1, 0, 0.9, Number.POSITIVE_INFINITY, Number.NaN, 1e12].map(bucketOf), [
      0,
      0,
      0,
      bucketCount - 1,
      bucketCount - 1,
      bucketCount - 1
    ])
  })

  it.prop("a span is told too long by at most a sixteenth", { millis: Millis }, ({ millis }) => {
    const told = longestIn(bucketOf(millis))
    assert.isAtLeast(told, millis)
    assert.isAtMost(told - millis, Math.floor(millis / 16))
  })

  it.prop(
    "a quantile is the bucket of the nearest rank of the sorted spans",
    { spans: Spans, share: Share },
    ({ share, spans }) => {
      const sorted = spans.toSorted((left, right) => left - right)
      const exact = sorted[Math.max(1, Math.ceil(share * spans.length)) - 1]!
      assert.strictEqual(quantile(countsOf(spans), spans.length, share), longestIn(bucketOf(exact)))
    }
  )

  it("of nothing there is no quantile", () => {
    assert.isUndefined(quantile(new Uint32Array(bucketCount), 0, 0.5))
  })
})
