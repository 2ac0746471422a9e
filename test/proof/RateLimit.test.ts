import { assert, describe, it } from "@effect/vitest"
import { explore, setups } from "../src/policy/rate-limit/Interleavings.ts"
import { proveSchedules } from "../src/policy/rate-limit/ProveSchedules.ts"

const parts = 5
const schedules = 50_000

describe("the waiting room", () => {
  for (let part = 0; part < parts; part++) {
    it(`keeps its promises in ${schedules} random schedules, part ${part + 1} of ${parts}`, () => {
      const proved = proveSchedules(1_000_000 + part * schedules, schedules)
      assert.isAtLeast(proved.waits, 4 * schedules)
      assert.isAtLeast(proved.exact, schedules / 2)
      assert.isAtLeast(proved.neutral, schedules / 5)
    })
  }

  for (const setup of setups) {
    const tiers = setup.tiers.map(({ limit, windowMillis }) => `${limit} in ${windowMillis} ms`).join(" and ")
    it(`keeps its promises in every order of eight events: ${tiers}, ${setup.accounting}`, () => {
      const explored = explore(setup, 8)
      assert.isAtLeast(explored.states, 5_000)
      assert.isAtLeast(explored.steps, 40_000)
    })
  }
})
