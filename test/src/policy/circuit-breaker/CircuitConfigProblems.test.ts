import { assert, describe, it } from "@effect/vitest"
import {
  type CircuitConfig,
  circuitConfigProblems,
  defaultCircuitConfig
} from "../../../../src/policy/circuit-breaker/CircuitConfig.ts"

const problemsOf = (change: Readonly<Partial<Record<keyof CircuitConfig, unknown>>>) =>
  circuitConfigProblems({ ...defaultCircuitConfig, ...change } as CircuitConfig)

const told = (change: Parameters<typeof problemsOf>[0]): ReadonlyArray<string> =>
  problemsOf(change).map(({ expected, field, problem }) => `${field}: ${problem}; expected ${expected}`)

describe("what is wrong with the configuration of a circuit", () => {
  it.each([
    ["decayMillis", 1, 86_400_000, "a whole number of milliseconds from 1 to 86400000"],
    ["minimumCalls", 1, 1_000_000, "a whole number from 1 to 1000000"],
    ["consecutiveFailures", 1, 1_000_000, "a whole number from 1 to 1000000"],
    ["openGrowth", 1, 10, "a number from 1 to 10"],
    ["openJitter", 0, 1, "a number from 0 to 1"],
    ["halfOpenPermits", 1, 1_000, "a whole number from 1 to 1000"],
    ["probeLeaseMillis", 1, 86_400_000, "a whole number of milliseconds from 1 to 86400000"],
    ["rampSteps", 0, 10, "a whole number from 0 to 10"]
  ] satisfies ReadonlyArray<readonly [keyof CircuitConfig, number, number, string]>)(
    "%s goes from %d to %d, and is %s",
    (field, from, to, expected) => {
      assert.deepStrictEqual([told({ [field]: from }), told({ [field]: to })], [[], []])
      const refused = [`${field}: the value can not be used; expected ${expected}`]
      assert.deepStrictEqual([told({ [field]: from - 1 }), told({ [field]: to + 1 })], [refused, refused])
      assert.deepStrictEqual(told({ [field]: from + 0.5 }), expected.startsWith("a whole") ? refused : [])
    }
  )

  it("is told of the fields that depend on others, and of what is no yes or no", () => {
    assert.deepStrictEqual(told({ openMillis: 7, openCapMillis: 7 }), [])
    assert.deepStrictEqual(told({ openMillis: 7, openCapMillis: 6 }), [
      "openCapMillis: is shorter than openMillis; expected openMillis or more"
    ])
    assert.deepStrictEqual(told({ failureRatio: 0 }), [
      "failureRatio: the value can not be used; expected a number above 0, up to 1"
    ])
    assert.deepStrictEqual(told({ failureRatio: 1.01 }), [
      "failureRatio: the value can not be used; expected a number from 0 to 1"
    ])
    assert.deepStrictEqual(told({ failureRatio: 0.001 }), [])
    assert.deepStrictEqual(told({ observeOnly: "yes" }), [
      "observeOnly: the value can not be used; expected true or false"
    ])
  })
})
