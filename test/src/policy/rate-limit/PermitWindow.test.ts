/** What a store tells the decider of permits that others have taken, and of what was forgotten. */
import { assert, describe, it } from "@effect/vitest"
import { PermitWindow } from "../../../../src/policy/rate-limit/PermitWindow.ts"
import { rankOf } from "../../../../src/policy/rate-limit/WaitingQueue.ts"

const tier = { limit: 2, windowMillis: 100 }
const waitUntil = (window: PermitWindow, now: number): number | undefined => window.blocked(now)?.at

describe("the window of permits", () => {
  it("counts what was taken and has ended without us, from its instant on", () => {
    const window = new PermitWindow([tier])
    window.count(10)
    window.count(20)
    assert.deepStrictEqual(
      [waitUntil(window, 30), waitUntil(window, 110), waitUntil(window, 111)],
      [111, 111, undefined]
    )
  })

  it("knows which permits are in flight, and how many", () => {
    const window = new PermitWindow([tier])
    window.take(7, 1_000)
    assert.deepStrictEqual([window.inFlight, window.holds(7), window.holds(8)], [1, true, false])
    window.giveBack(7)
    assert.deepStrictEqual([window.inFlight, window.holds(7)], [0, false])
  })

  it("takes what was forgotten for a full tier, until it has left it, and the later of two words", () => {
    const window = new PermitWindow([tier])
    window.forget(50)
    window.forget(20)
    assert.deepStrictEqual(
      [waitUntil(window, 60), waitUntil(window, 150), waitUntil(window, 151)],
      [151, 151, undefined]
    )
  })

  it("names the tier that is full the longest", () => {
    const day = { limit: 3, windowMillis: 1_000 }
    const window = new PermitWindow([tier, day])
    for (const at of [1, 2, 3]) window.count(at)
    assert.deepStrictEqual(window.blocked(5), { _tag: "WaitUntil", at: 1_002, tier: day })
  })

  it("high goes before normal before low", () => {
    assert.deepStrictEqual((["high", "normal", "low"] as const).map(rankOf), [0, 1, 2])
  })
})
