import { assert, describe, it } from "@effect/vitest"
import { EndedPermits } from "../../../../src/policy/rate-limit/EndedPermits.ts"
import { Chance } from "./Plan.ts"

const drained = (ended: EndedPermits, now = Number.MAX_SAFE_INTEGER): ReadonlyArray<number> => {
  const taken: Array<number> = []
  for (let at = ended.takeUntil(now); at !== undefined && taken.length < 10_000; at = ended.takeUntil(now)) {
    taken.push(at)
  }
  return taken
}

const holding = (...instants: ReadonlyArray<number>): EndedPermits => {
  const ended = new EndedPermits()
  for (const at of instants) ended.push(at)
  return ended
}

describe("permits that have ended", () => {
  it("are none at first, and none is taken", () => {
    const ended = new EndedPermits()
    assert.deepStrictEqual([ended.size, ended.earliest], [0, Number.POSITIVE_INFINITY])
    assert.isUndefined(ended.takeUntil(Number.MAX_SAFE_INTEGER))
    assert.strictEqual(ended.size, 0)
  })

  it("are taken at their instant, not before", () => {
    const ended = holding(5)
    assert.deepStrictEqual([ended.size, ended.earliest], [1, 5])
    assert.isUndefined(ended.takeUntil(4))
    assert.strictEqual(ended.takeUntil(5), 5)
    assert.deepStrictEqual([ended.size, ended.earliest], [0, Number.POSITIVE_INFINITY])
  })

  it("come in the order of their instants, in whatever order they ended", () => {
    assert.deepStrictEqual(drained(holding(10, 20, 5, 15, 1, 7, 12, 7)), [1, 5, 7, 7, 10, 12, 15, 20])
    assert.deepStrictEqual(drained(holding(3, 2, 1)), [1, 2, 3])
    assert.deepStrictEqual(drained(holding(9, 3, 3, 9, 1)), [1, 3, 3, 9, 9])
    const late = holding(30, 10, 20)
    assert.strictEqual(late.takeUntil(10), 10)
    late.push(5)
    assert.deepStrictEqual(drained(late), [5, 20, 30])
  })

  it("are, after any story, what a sorted list would hold", () => {
    for (let seed = 0; seed < 60; seed++) {
      const chance = new Chance(seed)
      const ended = new EndedPermits()
      let model: Array<number> = []
      let now = 0
      for (let step = 0; step < 200; step++) {
        now += chance.below(4)
        if (chance.is(0.6)) {
          const at = now + chance.of([0, 0, 20, chance.below(40)])
          ended.push(at)
          model = [...model, at].toSorted((left, right) => left - right)
        } else {
          const due = model[0] !== undefined && model[0] <= now ? model.shift() : undefined
          assert.strictEqual(ended.takeUntil(now), due)
        }
        assert.deepStrictEqual([ended.size, ended.earliest], [model.length, model[0] ?? Number.POSITIVE_INFINITY])
      }
    }
  })

  it("stay in order when thousands wait and thousands have been taken", () => {
    const ended = new EndedPermits()
    let taken = 0
    for (let round = 0; round < 6; round++) {
      // In order, with now and then one whose instant comes before those of thousands of others.
      for (let index = 0; index < 2_000; index++) ended.push(round * 10_000 + index * 2)
      for (const index of [3_001, 7, 1_501]) ended.push(round * 10_000 + index)
      for (let before = 0, left = 1_800; left > 0; left--, taken++) {
        const at = ended.takeUntil(Number.MAX_SAFE_INTEGER) ?? Number.NaN
        assert.isAtLeast(at, before)
        before = at
      }
      assert.strictEqual(ended.size, (round + 1) * 2_003 - taken)
    }
    const rest = drained(ended)
    assert.strictEqual(taken + rest.length, 6 * 2_003)
    assert.deepStrictEqual(
      rest,
      rest.toSorted((left, right) => left - right)
    )
  })

  it("begin anew after all have been taken", () => {
    const ended = holding(1, 2, 9)
    assert.deepStrictEqual(drained(ended, 8), [1, 2])
    ended.push(4)
    ended.push(3)
    assert.deepStrictEqual(drained(ended), [3, 4, 9])
    ended.push(2)
    assert.deepStrictEqual([ended.size, ended.earliest, ended.takeUntil(2)], [1, 2, 2])
  })
})
