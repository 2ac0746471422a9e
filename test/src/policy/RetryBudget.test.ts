import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import {
  defaultRetryBudgetConfig as config,
  deposit,
  emptyRetryBudget,
  RetryBudget,
  type RetryBudgetState,
  withdraw
} from "../../../src/policy/retry/RetryBudget.ts"

const { floor, largestBalance, lastingBalance, ratio, windowMillis } = config

const after = (deposits: number, at = 0): RetryBudgetState =>
  Array.from({ length: deposits }).reduce<RetryBudgetState>((state) => deposit(config, state, at), emptyRetryBudget)

/** How many retries a state allows at one instant. */
const allowed = (state: RetryBudgetState, now: number): number => {
  const next = withdraw(config, state, now)
  return next === undefined ? 0 : 1 + allowed(next, now)
}

describe("the retry budget", () => {
  it("allows the floor without any first attempt, and again a window later", () => {
    assert.strictEqual(allowed(emptyRetryBudget, 0), floor)
    const budget = new RetryBudget()
    const taken = (now: number) => Array.from({ length: 10 }, () => budget.withdraw(now)).filter(Boolean).length
    assert.deepStrictEqual([taken(0), taken(windowMillis - 1), taken(windowMillis)], [floor, 0, floor])
  })

  it("earns a fifth of the first attempts, and never more than its largest balance", () => {
    assert.strictEqual(allowed(after(20), 0), 4 + floor)
    assert.strictEqual(allowed(after(10_000), 0), largestBalance + floor)
  })

  it("keeps 5 retries for ever, and forgets the rest within a window", () => {
    const state = after(10_000)
    const fading = (largestBalance - lastingBalance) / Math.E
    assert.strictEqual(allowed(state, windowMillis), Math.floor(lastingBalance + fading) + floor)
    assert.strictEqual(allowed(state, 1_000_000_000), lastingBalance + floor)
  })

  it("is not moved by a clock that steps back", () => {
    assert.strictEqual(allowed(after(20, 1_000_000), 0), 4 + floor)
  })

  const step = Schema.Struct({
    pause: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5_000 })),
    isRetry: Schema.Boolean
  })
  const steps = Arbitrary.array(Arbitrary.schema(step), { maxLength: 400 })

  it.prop(
    "between any two instants allows a fifth of the first attempts, what it had before, and the floor of each window",
    { steps },
    ({ steps }) => {
      let now = 0
      let state = emptyRetryBudget
      const retries: Array<number> = []
      const firsts: Array<number> = []
      const before: Array<{ readonly at: number; readonly balance: number }> = []
      for (const { isRetry, pause } of steps) {
        now += pause
        before.push({ at: now, balance: state.balance })
        if (isRetry) {
          const next = withdraw(config, state, now)
          if (next !== undefined) retries.push(now)
          state = next ?? state
        } else {
          firsts.push(now)
          state = deposit(config, state, now)
        }
      }
      for (const { at, balance } of before) {
        const since = (instants: ReadonlyArray<number>) => instants.filter((it) => it >= at).length
        const windows = Math.floor((now - at) / windowMillis) + 1
        assert.isAtMost(since(retries), ratio * since(firsts) + balance + floor * windows + 1e-6)
      }
    }
  )
})
