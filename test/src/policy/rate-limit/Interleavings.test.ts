import { assert, describe, it } from "@effect/vitest"
import { explore, setups } from "./Interleavings.ts"

describe("the waiting room, in every order of six events", () => {
  for (const setup of setups) {
    const tiers = setup.tiers.map(({ limit, windowMillis }) => `${limit} in ${windowMillis} ms`).join(" and ")
    it(`keeps its promises with ${tiers}, ${setup.accounting}, ${setup.concurrency} slots`, () => {
      assert.isAtLeast(explore(setup, 6).steps, 3_000)
    })
  }
})
