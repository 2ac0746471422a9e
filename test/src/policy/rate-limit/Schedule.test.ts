import { assert, describe, it } from "@effect/vitest"
import { proveSchedules } from "./ProveSchedules.ts"

describe("the waiting room, by random schedules", () => {
  it("keeps every window, wastes no permit, predicts waits and is the same without those who gave up", () => {
    const proved = proveSchedules(0, 5_000)
    assert.isAtLeast(proved.waits, 15_000)
    assert.isAtLeast(proved.neutral, 1_000)
    assert.isAtLeast(proved.exact, 2_500)
  })
})
