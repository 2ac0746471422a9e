import { assert, describe, it } from "@effect/vitest"
import { dayMillis, Traffic } from "./DayOfTraffic.ts"

describe("a day of traffic", () => {
  it("fills no window above its limit and leaves no permit idle, with two hundred thousand requests", () => {
    const tiers = [
      { limit: 220, windowMillis: 60_000 },
      { limit: 12_000, windowMillis: 3_600_000 },
      { limit: 190_000, windowMillis: dayMillis }
    ]
    const traffic = new Traffic(2, 220_000, 1, tiers)
    traffic.runUntil(dayMillis)
    assert.isAtLeast(traffic.started, 180_000)
    assert.isAtLeast(traffic.waited, 20_000)
    const fullest = traffic.fullestWindows()
    tiers.forEach(({ limit }, index) => assert.isAtMost(fullest[index]!, limit))
  })
})
