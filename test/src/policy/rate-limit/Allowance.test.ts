/** What the provider says it still allows stands beside our own limits, and only makes us slower. */
import { assert, describe, it } from "@effect/vitest"
import { Allowance } from "../../../../src/policy/rate-limit/Allowance.ts"
import { isIn, oneInTen, RoomByHand, unlimited } from "./RoomByHand.ts"

describe("an allowance of the provider", () => {
  it("lets so many in, and the others when it is over", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    hand.admit(lane)
    hand.room.allow(lane, 2, 50)
    hand.admit(lane)
    hand.admit(lane)
    const waiters = [hand.wait(lane), hand.wait(lane)]
    assert.deepStrictEqual(
      [waiters.map(isIn), waiters[0]?.heldBackBy, hand.wakeAt],
      [[false, false], { by: "pause" }, 50]
    )
    hand.clock = 49
    hand.room.drain()
    assert.deepStrictEqual(waiters.map(isIn), [false, false])
    hand.clock = 50
    hand.room.drain()
    assert.deepStrictEqual(waiters.map(isIn), [true, true])
  })

  it("counts those that are on the wire besides the one that was answered as not counted yet", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    const first = hand.admit(lane)
    hand.admit(lane)
    hand.room.allow(lane, 2, 50)
    first.end()
    hand.admit(lane)
    assert.isFalse(isIn(hand.wait(lane)))
  })

  it("counts no one who has ended", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    hand.admit(lane).end()
    hand.admit(lane)
    hand.room.allow(lane, 1, 50)
    hand.admit(lane)
    assert.isFalse(isIn(hand.wait(lane)))
  })

  it("is replaced by the next word, and a milder one lets somebody in at once", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    hand.room.allow(lane, 0, 50)
    const waiter = hand.wait(lane)
    hand.room.allow(lane, 1, 60)
    assert.isTrue(isIn(waiter))
    assert.isFalse(isIn(hand.wait(lane)))
  })

  it("never lets in whom our own limit holds back", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(oneInTen)
    hand.admit(lane).onSend()
    hand.room.allow(lane, 100, 50)
    assert.isFalse(isIn(hand.wait(lane)))
  })

  it("is known to whoever asks how long he would wait, by his place", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    hand.room.allow(lane, 1, 50)
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 0)
    hand.admit(lane)
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 50)
    assert.deepStrictEqual(hand.enter(lane, { deadlineAt: 40 }), { _tag: "RateLimitExceeded", retryAfterMillis: 50 })
  })

  it("makes no wait look longer than it is", () => {
    const hand = new RoomByHand()
    const lane = hand.lane({ ...unlimited, tiers: [{ limit: 2, windowMillis: 100 }] })
    hand.room.allow(lane, 1, 50)
    hand.admit(lane).onSend()
    const starts = [1, 2, 3].map((position) => lane.startOf(position, 0))
    assert.deepStrictEqual(starts, [50, 101, 101])
  })

  it("holds nobody before the first word, nor from its end on", () => {
    const allowance = new Allowance()
    assert.strictEqual(allowance.notBefore(1_000, 0), Number.NEGATIVE_INFINITY)
    allowance.set(-3, 9.5)
    assert.strictEqual(allowance.notBefore(1, 9), 10)
    assert.strictEqual(allowance.notBefore(1, 10), Number.NEGATIVE_INFINITY)
  })
})
