import { assert, describe, it } from "@effect/vitest"
import { AttemptBudget } from "../../../src/pipeline/AttemptBudget.ts"

const told = (budget: AttemptBudget): ReadonlyArray<number> => [budget.count, budget.left]

describe("the attempts of a call", () => {
  it("grow fewer with each request that may cost something, and are counted", () => {
    const budget = new AttemptBudget(2)
    assert.deepStrictEqual(told(budget), [0, 2])
    budget.begin(true)
    assert.deepStrictEqual(told(budget), [1, 1])
    budget.begin(true)
    assert.deepStrictEqual(told(budget), [2, 0])
  })

  it("are not used up by requests that cost nothing, which are counted all the same", () => {
    const budget = new AttemptBudget(1)
    budget.begin(false)
    budget.begin(false)
    assert.deepStrictEqual(told(budget), [2, 1])
  })

  it("of a call within a call are drawn from both, whichever has fewer left", () => {
    const outer = new AttemptBudget(3)
    const inner = new AttemptBudget(2, outer)
    inner.begin(true)
    inner.begin(false)
    assert.deepStrictEqual(
      [told(inner), told(outer)],
      [
        [2, 1],
        [2, 2]
      ]
    )
    outer.begin(true)
    outer.begin(true)
    assert.deepStrictEqual(
      [told(inner), told(outer)],
      [
        [2, 0],
        [4, 0]
      ]
    )
  })
})
