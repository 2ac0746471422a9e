import { assert, describe, it } from "@effect/vitest"
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import { Waiter } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"
import { proveCrowd } from "./Crowd.ts"

describe("the waiting room", () => {
  it("takes a hundred thousand waiters in and out in a bounded number of steps, with one timer, and keeps none", () => {
    proveCrowd(100_000)
  })

  it("lets nobody overtake whom a late timer has not called yet", () => {
    let clock = 0
    const room = new WaitingRoom(
      { concurrency: Number.POSITIVE_INFINITY, keepsOne: false },
      { now: () => clock, wakeAt: () => undefined }
    )
    const tiers = [{ limit: 1, windowMillis: 1_000 }]
    const lane = room.openLane({ tiers, accounting: "answered", queueLimit: 10, use: "ordinary" })
    const enter = () => room.enter(lane, { rank: 1, enqueuedAt: clock, deadlineAt: Infinity, leaseMillis: Infinity })
    const first = enter()
    assert.isTrue(first instanceof Admission)
    if (!(first instanceof Admission)) return
    first.onSend()
    first.onFirstByte()
    first.end()
    const second = enter()
    clock = 1_500
    const third = enter()
    assert.isTrue(second instanceof Waiter && second.outcome instanceof Admission)
    assert.isTrue(third instanceof Waiter && third.outcome === undefined)
  })
})
