/**
 * What every store of permits must do, wherever it keeps them.
 */
import { assert, describe, it } from "@effect/vitest"
import type { PermitStore } from "../../../../src/policy/rate-limit/PermitStore.ts"
import type { RateTier } from "../../../../src/policy/rate-limit/RateTier.ts"
import { rememberedAtLeast } from "../../../../src/policy/rate-limit/WindowLog.ts"
import { Chance } from "./Plan.ts"

const forEver = Number.POSITIVE_INFINITY

/** Takes as many permits as there are, each counted at once. */
const takeAll = (store: PermitStore, now: number, most = Number.POSITIVE_INFINITY): number => {
  for (let taken = 0; taken < most; taken++) {
    const acquired = store.acquire(now, forEver)
    if (acquired._tag !== "Acquired") return taken
    store.end(acquired.permit, now)
  }
  return most
}

const permitOf = (store: PermitStore, now: number, leaseUntil = forEver): number => {
  const acquired = store.acquire(now, leaseUntil)
  if (acquired._tag !== "Acquired") throw new Error(`there is no permit: ${acquired._tag}`)
  return acquired.permit
}

const usedOf = (store: PermitStore, now: number): ReadonlyArray<number> => store.usage(now).map(({ used }) => used)

/** **Details** `make` gives an empty store. `rounds`: how often what is drawn by chance is drawn. */
export const suite = (name: string, make: (tiers: ReadonlyArray<RateTier>) => PermitStore, rounds: number): void => {
  describe(`permits ${name}`, () => {
    it("are taken of every tier or of none", () => {
      const store = make([
        { limit: 2, windowMillis: 100 },
        { limit: 3, windowMillis: 1_000 }
      ])
      assert.strictEqual(takeAll(store, 0), 2)
      assert.strictEqual(takeAll(store, 101), 1)
      assert.deepStrictEqual(usedOf(store, 101), [1, 3])
      const waiting = store.acquire(202, forEver)
      assert.strictEqual(waiting._tag === "WaitUntil" ? waiting.at : 0, 1_001)
      assert.deepStrictEqual(usedOf(store, 202), [0, 3])
    })

    it("change nothing when they are ended or given back a second time", () => {
      const store = make([{ limit: 3, windowMillis: 100 }])
      const [counted, back] = [permitOf(store, 0), permitOf(store, 0)]
      store.end(counted, 5)
      store.end(counted, 50)
      store.giveBack(counted)
      store.giveBack(back)
      store.end(back, 50)
      store.giveBack(back)
      assert.deepStrictEqual(usedOf(store, 10), [1])
      assert.deepStrictEqual(usedOf(store, 105), [1])
      assert.deepStrictEqual(usedOf(store, 106), [0])
    })

    it("that are never ended count from the end of their lease, whatever its length", () => {
      const store = make([{ limit: 3, windowMillis: 100 }])
      permitOf(store, 0, 5_000)
      permitOf(store, 0, 20)
      permitOf(store, 0, 1_000)
      assert.strictEqual(store.acquire(120, forEver)._tag, "WaitUntil")
      assert.deepStrictEqual(usedOf(store, 120), [3])
      assert.deepStrictEqual(usedOf(store, 121), [2])
      assert.deepStrictEqual(usedOf(store, 1_100), [2])
      assert.deepStrictEqual(usedOf(store, 1_101), [1])
      assert.deepStrictEqual(usedOf(store, 5_101), [0])
    })

    it("that were taken stay counted when limits change: no free burst", () => {
      const store = make([{ limit: 4, windowMillis: 100 }])
      assert.strictEqual(takeAll(store, 0), 4)
      store.configure([{ limit: 2, windowMillis: 100 }])
      assert.strictEqual(takeAll(store, 100), 0)
      store.configure([{ limit: 6, windowMillis: 1_000 }])
      assert.strictEqual(takeAll(store, 100), 2)
      store.configure([])
      assert.strictEqual(takeAll(store, 100, 50), 50)
      store.configure([{ limit: 56, windowMillis: 5_000 }])
      assert.strictEqual(takeAll(store, 100), 0)
      assert.strictEqual(takeAll(store, 5_005), 4)
    })

    it("are remembered up to the largest limit, however large", () => {
      const limit = 3 * rememberedAtLeast
      const store = make([{ limit, windowMillis: 1_000 }])
      for (let round = 0; round < 3; round++) {
        const now = round * 1_001
        assert.strictEqual(takeAll(store, now), limit)
        const waiting = store.acquire(now, forEver)
        assert.strictEqual(waiting._tag === "WaitUntil" ? waiting.at : 0, now + 1_001)
      }
    })

    it("that had to be forgotten are taken for as many as a tier allows", () => {
      const store = make([])
      takeAll(store, 0, 100)
      takeAll(store, 10, rememberedAtLeast)
      store.configure([{ limit: 10 * rememberedAtLeast, windowMillis: 1_000 }])
      assert.strictEqual(takeAll(store, 1_000), 0)
      assert.strictEqual(takeAll(store, 1_001), 9 * rememberedAtLeast)
    })

    it("are forecast one after the other as they will come, in tiers that take turns", () => {
      const tiers = [
        { limit: 2, windowMillis: 7 },
        { limit: 3, windowMillis: 20 },
        { limit: 7, windowMillis: 90 }
      ]
      const store = make(tiers)
      const forecast = Array.from({ length: 60 }, (_, index) => store.forecast(index + 1, 0, 0))
      const starts: Array<number> = []
      for (let now = 0; starts.length < 60; now++)
        for (let taken = takeAll(store, now); taken > 0; taken--) starts.push(now)
      assert.deepStrictEqual(forecast, starts.slice(0, 60))
    })

    it("are never forecast sooner for a place further behind", () => {
      const chance = new Chance(3)
      for (let round = 0; round < rounds; round++) {
        const store = make([
          { limit: chance.between(1, 3), windowMillis: 40 },
          { limit: chance.between(3, 5), windowMillis: 200 }
        ])
        for (let now = 0; now < 300; now += chance.below(60)) {
          const acquired = store.acquire(now, forEver)
          if (acquired._tag !== "Acquired") continue
          if (chance.is(0.8)) store.end(acquired.permit, now + chance.of([0, 0, 500, 2_000]))
        }
        let before = 300
        for (let place = 1; place <= 12; place++) {
          const at = store.forecast(place, 300, 0)
          assert.isAtLeast(at, before)
          before = at
        }
      }
    })
  })
}
