/** Until when a kept response may be used. */
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { judge } from "../../../src/cache/Freshness.ts"

const spans = { freshMillis: 1_000, staleMillis: 7_000 }
const entry = { storedAt: 10_000 }

const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 }))

describe("judge", () => {
  it("an entry is fresh, then stale, then expired, and each begins at its instant", () => {
    const tagAfter = (ageMillis: number) => judge(entry, entry.storedAt + ageMillis, spans)
    assert.deepStrictEqual(tagAfter(0), { _tag: "Fresh", ageMillis: 0 })
    assert.deepStrictEqual(tagAfter(999), { _tag: "Fresh", ageMillis: 999 })
    assert.deepStrictEqual(tagAfter(1_000), { _tag: "Stale", ageMillis: 1_000 })
    assert.deepStrictEqual(tagAfter(6_999), { _tag: "Stale", ageMillis: 6_999 })
    assert.deepStrictEqual(tagAfter(7_000), { _tag: "Expired" })
  })

  it("a clock that was put back means that no time has passed", () => {
    assert.deepStrictEqual(judge(entry, 0, spans), { _tag: "Fresh", ageMillis: 0 })
  })

  it("no span of freshness takes nothing for fresh, no span of staleness nothing for stale", () => {
    assert.strictEqual(judge(entry, 10_000, { freshMillis: 0, staleMillis: 7_000 })._tag, "Stale")
    assert.strictEqual(judge(entry, 10_000, { freshMillis: 0, staleMillis: 0 })._tag, "Expired")
    assert.strictEqual(judge(entry, 10_999, { freshMillis: 1_000, staleMillis: 500 })._tag, "Fresh")
    assert.strictEqual(judge(entry, 11_000, { freshMillis: 1_000, staleMillis: 500 })._tag, "Expired")
  })

  it.prop(
    "no age is negative, and time only makes an entry worse",
    { storedAt: Millis, now: Millis, later: Millis, freshMillis: Millis, staleMillis: Millis },
    ({ freshMillis, later, now, staleMillis, storedAt }) => {
      const rank = { Fresh: 0, Stale: 1, Expired: 2 }
      const first = judge({ storedAt }, now, { freshMillis, staleMillis })
      const second = judge({ storedAt }, now + later, { freshMillis, staleMillis })
      assert.isTrue(first._tag === "Expired" || first.ageMillis >= 0)
      assert.isAtLeast(rank[second._tag], rank[first._tag])
    },
    { arbitrary: { runs: 500 } }
  )
})
