import { assert, describe, it } from "@effect/vitest"
import {
  type CircuitConfig,
  circuitConfigProblems,
  defaultCircuitConfig
} from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"
import { emptyWindow, withCall } from "../../../../src/policy/circuit-breaker/DecayedWindow.ts"
import { longestOpenHintMillis, openTimeMillis } from "../../../../src/policy/circuit-breaker/OpenTime.ts"

describe("the configuration of a circuit", () => {
  it("the defaults can be used", () => {
    assert.deepStrictEqual(circuitConfigProblems(defaultCircuitConfig), [])
  })

  it("every value out of its range is told by its field, all together, and never the value", () => {
    const values = [Number.NaN, Infinity, -1, 1e12]
    for (const value of values) {
      const numbers = Object.fromEntries(Object.keys(defaultCircuitConfig).map((field) => [field, value]))
      const problems = circuitConfigProblems(numbers as unknown as CircuitConfig)
      assert.deepStrictEqual(
        problems.map((it) => it.field),
        Object.keys(defaultCircuitConfig) as unknown as ReadonlyArray<keyof CircuitConfig>
      )
      assert.notInclude(problems.map((it) => it.problem + it.expected).join(), String(value))
    }
  })

  it("a count is whole, a ratio is not nothing, and the cap is not below the base", () => {
    const problemsOf = (change: Partial<CircuitConfig>) =>
      circuitConfigProblems({ ...defaultCircuitConfig, ...change }).map((it) => `${it.field}: ${it.expected}`)
    assert.deepStrictEqual(problemsOf({ minimumCalls: 1.5 }), ["minimumCalls: a whole number from 1 to 1000000"])
    assert.deepStrictEqual(problemsOf({ failureRatio: 0 }), ["failureRatio: a number above 0, up to 1"])
    assert.deepStrictEqual(problemsOf({ openCapMillis: 4_999 }), ["openCapMillis: openMillis or more"])
    assert.deepStrictEqual(problemsOf({ failureRatio: 1, openGrowth: 1, openJitter: 0, rampSteps: 0 }), [])
  })
})

describe("the time a circuit stays open", () => {
  it("grows with each opening in a row up to the cap, however many there are", () => {
    const times = [1, 2, 3, 6, 7, 8, 5_000].map((openings) =>
      openTimeMillis(defaultCircuitConfig, openings, undefined, 0)
    )
    assert.deepStrictEqual(times, [5_000, 10_000, 20_000, 160_000, 300_000, 300_000, 300_000])
  })

  it("is spread by chance over the jitter's share, and never shortened by it", () => {
    const times = [0, 0.5, 1 - 1e-12].map((chance) => openTimeMillis(defaultCircuitConfig, 1, undefined, chance))
    assert.deepStrictEqual(times, [5_000, 5_500, 6_000])
  })

  it("is never shorter than the provider's hint, and follows no hint beyond an hour", () => {
    const timeOf = (hint: number) => openTimeMillis(defaultCircuitConfig, 1, hint, 0)
    assert.deepStrictEqual(
      [60_000, 1, longestOpenHintMillis, 1e12, Infinity].map(timeOf),
      [60_000, 5_000, 3_600_000, 3_600_000, 3_600_000]
    )
    assert.strictEqual(openTimeMillis(defaultCircuitConfig, 1, 60_000, 0.5), 60_500)
  })

  it("what is no positive number is no hint", () => {
    for (const hint of [0, -1, Number.NaN, -Infinity]) {
      assert.strictEqual(openTimeMillis(defaultCircuitConfig, 1, hint, 0), 5_000)
    }
  })
})

describe("the window that fades", () => {
  it("counts a call as 1 when it ends, and as 1/e after the decay time", () => {
    const one = withCall(emptyWindow, true, 30_000, 1_000)
    assert.deepStrictEqual(one, { at: 1_000, calls: 1, failures: 1 })
    const two = withCall(one, false, 30_000, 31_000)
    assert.closeTo(two.calls, 1 + Math.exp(-1), 1e-12)
    assert.closeTo(two.failures, Math.exp(-1), 1e-12)
  })

  it("holds of a steady stream what a plain window of that length would hold", () => {
    let window = emptyWindow
    for (let now = 0; now < 300_000; now += 100) window = withCall(window, now % 400 === 0, 30_000, now)
    assert.closeTo(window.calls, 300, 1)
    assert.closeTo(window.failures / window.calls, 0.25, 0.01)
  })

  it("a clock that goes back fades nothing and inflates nothing", () => {
    const window = withCall(withCall(emptyWindow, true, 1_000, 5_000), true, 1_000, 0)
    assert.deepStrictEqual(window, { at: 5_000, calls: 2, failures: 2 })
  })
})
