import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { proveCrowd } from "../src/policy/rate-limit/Crowd.ts"
import { dayMillis, Traffic } from "../src/policy/rate-limit/DayOfTraffic.ts"

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

const megabytesInUse = (): number => {
  collectGarbage()
  const { external, heapUsed } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}

describe("a day of traffic", () => {
  it("of a million requests fills no window above its limit, leaves no permit idle and leaves nothing behind", () => {
    const tiers = [
      { limit: 1_000, windowMillis: 60_000 },
      { limit: 60_000, windowMillis: 3_600_000 },
      { limit: 1_000_000, windowMillis: dayMillis }
    ]
    const traffic = new Traffic(1, 1_060_000, 1.5, tiers)
    traffic.runUntil(dayMillis)
    assert.isAtLeast(traffic.started, 900_000)
    assert.isAtLeast(traffic.waited, 100_000)
    const after = megabytesInUse()
    traffic.runUntil(1.5 * dayMillis)
    assert.isAtLeast(traffic.started, 1_000_000)
    assert.isAtMost(megabytesInUse() - after, 16)
    const fullest = traffic.fullestWindows()
    tiers.forEach(({ limit }, index) => {
      assert.isAtMost(fullest[index]!, limit)
      assert.isAtLeast(fullest[index]!, 0.9 * limit)
    })
  })
})

describe("a crowd", () => {
  it("of a million waiters comes and goes in a bounded number of steps for each, with one timer", () => {
    proveCrowd(1_000_000)
  })
})
