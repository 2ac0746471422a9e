import { assert, describe, it } from "@effect/vitest"
import {
  deposit,
  emptyRetryBudget,
  RetryBudget,
  type RetryBudgetConfig,
  type RetryBudgetState,
  withdraw
} from "../../../../src/policy/retry/RetryBudget.ts"

const config: RetryBudgetConfig = { ratio: 0.5, floor: 2, windowMillis: 1_000, lastingBalance: 2, largestBalance: 8 }

const balanceOf = (balance: number, at = 0): RetryBudgetState => ({ balance, at, floorUsedAt: [] })

describe("a deposit", () => {
  it("adds the share of a retry to what is there, and keeps what the floor has paid for", () => {
    assert.deepStrictEqual(deposit(config, emptyRetryBudget, 7), { balance: 0.5, at: 7, floorUsedAt: [] })
    assert.deepStrictEqual(deposit(config, { balance: 1, at: 7, floorUsedAt: [3] }, 9), {
      balance: 1.5,
      at: 9,
      floorUsedAt: [3]
    })
  })

  it("never takes the balance above the largest", () => {
    assert.strictEqual(deposit(config, balanceOf(7.5), 0).balance, 8)
    assert.strictEqual(deposit(config, balanceOf(7.75), 0).balance, 8)
  })

  it("finds what is above the lasting balance faded to 1/e after the window, and the rest untouched", () => {
    assert.closeTo(deposit(config, balanceOf(6), 1_000).balance, 2 + 4 / Math.E + 0.5, 1e-12)
    assert.closeTo(deposit(config, balanceOf(6, 500), 1_000).balance, 2 + 4 * Math.exp(-0.5) + 0.5, 1e-12)
    assert.strictEqual(deposit(config, balanceOf(2), 1e9).balance, 2.5)
    assert.strictEqual(deposit(config, balanceOf(1.5), 1e9).balance, 2)
  })

  it("fades nothing and inflates nothing where the clock goes back", () => {
    assert.strictEqual(deposit(config, balanceOf(6, 5_000), 0).balance, 6.5)
  })
})

describe("a withdrawal", () => {
  it("takes one retry of the balance as long as there is a whole one", () => {
    assert.deepStrictEqual(withdraw(config, { balance: 2, at: 0, floorUsedAt: [1] }, 5), {
      balance: 1,
      at: 5,
      floorUsedAt: [1]
    })
    assert.deepStrictEqual(withdraw(config, balanceOf(1), 5), { balance: 0, at: 5, floorUsedAt: [] })
  })

  it("is paid for by the floor where the balance is less than one retry, which stays", () => {
    assert.deepStrictEqual(withdraw(config, balanceOf(0.9), 5), { balance: 0.9, at: 5, floorUsedAt: [5] })
  })

  it("is refused where the floor has been used up within the window, and not a millisecond longer", () => {
    const used: RetryBudgetState = { balance: 0, at: 200, floorUsedAt: [100, 200] }
    assert.isUndefined(withdraw(config, used, 1_099))
    assert.deepStrictEqual(withdraw(config, used, 1_100), { balance: 0, at: 1_100, floorUsedAt: [200, 1_100] })
  })

  it("is refused at once where there is neither a balance nor a floor", () => {
    assert.isUndefined(withdraw({ ...config, floor: 0 }, emptyRetryBudget, 0))
  })
})

describe("the budget of an operation", () => {
  it("keeps what its first attempts earned, and takes another configuration than the usual one", () => {
    const budget = new RetryBudget({ ...config, floor: 0 })
    assert.isFalse(budget.withdraw(0))
    budget.deposit(0)
    budget.deposit(0)
    assert.isTrue(budget.withdraw(0))
    assert.isFalse(budget.withdraw(0))
  })
})
