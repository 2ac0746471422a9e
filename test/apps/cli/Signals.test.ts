import { assert, describe, it } from "@effect/vitest"
import { echoMillis, makeCounter } from "../../../apps/cli/Signals.ts"

const counted = (signals: ReadonlyArray<readonly [string, number]>): ReadonlyArray<string> => {
  const told: Array<string> = []
  const count = makeCounter({
    first: (name) => told.push(`first ${name}`),
    second: (name) => told.push(`second ${name}`)
  })
  for (const [name, now] of signals) count(name, now)
  return told
}

describe("signals", () => {
  it("an echo of the first one is not a second one", () => {
    assert.deepStrictEqual(
      counted([
        ["Ctrl-C", 1000],
        ["Ctrl-C", 1000 + echoMillis]
      ]),
      ["first Ctrl-C"]
    )
  })

  it("the same signal 0.1 s later is the second one", () => {
    assert.deepStrictEqual(
      counted([
        ["Ctrl-C", 1000],
        ["Ctrl-C", 1100]
      ]),
      ["first Ctrl-C", "second Ctrl-C"]
    )
  })

  it("another signal is no echo", () => {
    assert.deepStrictEqual(
      counted([
        ["Ctrl-C", 1000],
        ["SIGTERM", 1001]
      ]),
      ["first Ctrl-C", "second SIGTERM"]
    )
  })
})
