import { assert, describe, it } from "@effect/vitest"
import { explore, setups } from "../src/policy/rate-limit/Interleavings.ts"

describe("the waiting room", () => {
  for (const setup of setups) {
    const tiers = setup.tiers.map(({ limit, windowMillis }) => `${limit} in ${windowMillis} ms`).join(" and ")
    it(`keeps its promises in every order of eight events: ${tiers}, ${setup.accounting}`, () => {
      const explored = explore(setup, 8)
      assert.isAtLeast(explored.states, 5_000)
      assert.isAtLeast(explored.steps, 40_000)
    })
  }
})
