import { assert, describe, it } from "@effect/vitest"
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
})
