import { assert, describe, it } from "@effect/vitest"
import { Forecast } from "../../../../src/policy/rate-limit/Forecast.ts"
import { MemoryPermitStore } from "../../../../src/policy/rate-limit/MemoryPermitStore.ts"
import { startsAfter } from "./NaiveQuota.ts"
import { Chance } from "./Plan.ts"

const tiers = [
  { limit: 2, windowMillis: 7 },
  { limit: 5, windowMillis: 40 },
  { limit: 9, windowMillis: 200 }
]

/** A permit that is taken now and counted now; false where there is none. */
const take = (store: MemoryPermitStore, now: number): boolean => {
  const acquired = store.acquire(now, Number.POSITIVE_INFINITY)
  if (acquired._tag === "WaitUntil") return false
  store.end(acquired.permit, now)
  return true
}

describe("the forecast of a quota", () => {
  it("is, whenever it is asked in a story without idle permits, what playing the quota through gives", () => {
    for (let seed = 0; seed < 60; seed++) {
      const chance = new Chance(seed)
      const store = new MemoryPermitStore(tiers)
      const counted: Array<number> = []
      let now = 0
      let notBefore = 0
      for (let step = 0; step < 60; step++) {
        if (chance.is(0.7)) now += chance.below(12)
        if (chance.is(0.1)) notBefore = now + chance.below(30)
        // Whoever can go goes, but for one in four questions, which is about the very next.
        const isIdle = chance.is(0.25)
        if (!isIdle) while (take(store, now)) counted.push(now)
        const expected = startsAfter(counted, tiers, Math.max(now, notBefore), 12)
        for (let question = 0; question < 3; question++) {
          const place = isIdle ? 1 : chance.between(1, 12)
          assert.strictEqual(store.forecast(place, now, notBefore), expected[place - 1], `seed ${seed}, step ${step}`)
        }
      }
    }
  })

  it("stays right while thousands of starts come true one after the other", () => {
    const store = new MemoryPermitStore(tiers)
    const depth = 40
    const starts = startsAfter([], tiers, 0, 6_000 + depth)
    store.forecast(3_000, 0, 0)
    for (let taken = 0; taken < 6_000; taken++) {
      const now = starts[taken] ?? Number.NaN
      assert.isTrue(take(store, now))
      for (const place of [1, depth]) assert.strictEqual(store.forecast(place, now, 0), starts[taken + place])
    }
  })

  it("asks what is known once for each place, and not again while starts come true", () => {
    const asked: Array<number> = []
    const forecast = new Forecast()
    const shape = [{ limit: 2, span: 10 }]
    const freeAt = (place: number) => {
      asked.push(place)
      return place
    }
    assert.strictEqual(forecast.at(3, 0, 0, shape, freeAt), 11)
    assert.deepStrictEqual(asked, [1, 2, 3])
    assert.strictEqual(forecast.at(2, 0, 0, shape, freeAt), 2)
    forecast.counted(1)
    assert.strictEqual(forecast.at(2, 0, 0, shape, freeAt), 11)
    assert.deepStrictEqual(asked, [1, 2, 3])
  })

  it("begins anew after a permit at another instant, another pause, or other limits", () => {
    let asked = 0
    const forecast = new Forecast()
    const shape = [{ limit: 2, span: 10 }]
    const ask = (notBefore: number) => {
      asked = 0
      forecast.at(3, 0, notBefore, shape, (place) => {
        asked += 1
        return place
      })
      return asked
    }
    assert.deepStrictEqual([ask(0), ask(0)], [3, 0])
    assert.deepStrictEqual([ask(5), ask(5)], [3, 0])
    forecast.counted(99)
    assert.deepStrictEqual([ask(5), ask(5)], [3, 0])
    forecast.clear()
    assert.deepStrictEqual([ask(5), ask(5)], [3, 0])
    forecast.counted(1)
    forecast.clear()
    assert.deepStrictEqual([ask(5), ask(5)], [3, 0])
  })

  it("is of the very first question, too, where nobody has ever paused", () => {
    const forecast = new Forecast()
    assert.strictEqual(
      forecast.at(1, 0, Number.NEGATIVE_INFINITY, [{ limit: 1, span: 10 }], () => 4),
      4
    )
  })

  it("tells no start before now, however old what is known is", () => {
    const forecast = new Forecast()
    assert.strictEqual(
      forecast.at(1, 50, 0, [], () => 3),
      50
    )
    assert.strictEqual(
      forecast.at(1, 80, 0, [], () => 3),
      80
    )
  })
})
