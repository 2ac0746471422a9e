import { assert, describe, it } from "@effect/vitest"
import { HandGate, isIn, oneInTen, RoomByHand, unlimited } from "./RoomByHand.ts"

const minuteOf = (limit: number) => ({ ...oneInTen, tiers: [{ limit, windowMillis: 10 }] })

describe("who comes to a door", () => {
  it("is let in where gate, slot and permit can be had, with the place at the gate", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(minuteOf(2))
    assert.deepStrictEqual(hand.admit(lane).ticket, { generation: 1, id: 1 })
    assert.deepStrictEqual(hand.admit(lane).ticket, { generation: 1, id: 2 })
    assert.strictEqual(hand.room.bulkhead.inUse, 2)
    assert.isUndefined(hand.wakeAt)
  })

  it("waits until the window has room, and the room asks to be woken then", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    const waiter = hand.wait(lane)
    assert.strictEqual(hand.wakeAt, 11)
    assert.deepStrictEqual(waiter.heldBackBy, { by: "window", tier: { limit: 1, windowMillis: 10 } })
    hand.clock = 10.9
    hand.room.drain()
    assert.isFalse(isIn(waiter))
    hand.clock = 11
    hand.room.drain()
    assert.isTrue(isIn(waiter))
    assert.strictEqual(hand.wakeAt, Number.POSITIVE_INFINITY)
  })

  it("is turned away at a full queue, exactly, and comes back when the next may go, but not within a second", () => {
    const hand = new RoomByHand()
    const lane = hand.lane({ ...oneInTen, queueLimit: 2 })
    hand.fill(lane)
    hand.wait(lane)
    hand.wait(lane)
    assert.deepStrictEqual(hand.enter(lane), { _tag: "QueueFull", retryAfterMillis: 1_000 })
    const none = hand.lane({ ...oneInTen, tiers: [{ limit: 1, windowMillis: 60_000 }], queueLimit: 0 })
    hand.fill(none)
    hand.clock = 2
    assert.deepStrictEqual(hand.enter(none), { _tag: "QueueFull", retryAfterMillis: 60_058 })
  })

  it("is turned away where his start comes after his deadline, and hears when it would come", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    hand.clock = 2
    assert.deepStrictEqual(hand.enter(lane, { deadlineAt: 10 }), { _tag: "RateLimitExceeded", retryAfterMillis: 9 })
    assert.strictEqual(lane.queue.size, 0)
    hand.wait(lane, { deadlineAt: 11 })
    assert.deepStrictEqual(hand.enter(lane, { deadlineAt: 21 }), { _tag: "RateLimitExceeded", retryAfterMillis: 20 })
    hand.wait(lane, { deadlineAt: 22 })
  })

  it("is measured by those who go before him: his class, and whoever has waited long", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    hand.wait(lane, { rank: 1 })
    hand.wait(lane, { rank: 1 })
    hand.wait(lane, { rank: 0, deadlineAt: 11 })
    assert.strictEqual(lane.queue.size, 3)
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 0), 22)
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 44)
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 2), 44)
    hand.clock = 1_000
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 2), 33)
  })

  it("goes to the front with the place of before where he comes again, and is asked for the very next start", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.clock = 1
    hand.fill(lane)
    const other = hand.wait(lane)
    const again = hand.wait(lane, { enqueuedAt: 0, deadlineAt: 12 })
    hand.clock = 12
    hand.room.drain()
    assert.deepStrictEqual([isIn(again), isIn(other)], [true, false])
  })

  it("does not overtake whom a late timer has not called yet, and calls him", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(minuteOf(1))
    hand.fill(lane)
    const first = hand.wait(lane)
    hand.clock = 11
    const second = hand.wait(lane)
    assert.deepStrictEqual([isIn(first), isIn(second)], [true, false])
  })

  it("changes nothing for others by waiting behind them: the room is not searched before its time", () => {
    const hand = new RoomByHand()
    const gate = new HandGate()
    const lane = hand.lane(oneInTen, gate)
    hand.fill(lane)
    hand.wait(lane)
    hand.wakeAt = undefined
    hand.wait(lane)
    assert.isUndefined(hand.wakeAt)
  })

  it("is predicted no wait where he could go, and none into the past", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 0)
    hand.fill(lane)
    hand.clock = 3.7
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 8)
    hand.clock = 500
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 0)
  })
})

describe("a gate that", () => {
  it("refuses turns away who comes, whether others wait or not, and says why and for how long", () => {
    const hand = new RoomByHand()
    const gate = new HandGate()
    const lane = hand.lane(oneInTen, gate)
    hand.fill(lane)
    const waiter = hand.wait(lane)
    gate.now = "refuses"
    gate.because = { reason: "CircuitOpen", retryAfterMillis: 70 }
    assert.deepStrictEqual(hand.enter(lane), { _tag: "CircuitOpen", retryAfterMillis: 70 })
    gate.because = { reason: "Isolated", retryAfterMillis: 70 }
    hand.room.drain()
    assert.deepStrictEqual(waiter.outcome, { _tag: "Isolated" })
    assert.isFalse(waiter.isQueued)
    assert.deepStrictEqual(hand.enter(lane), { _tag: "Isolated" })
    gate.because = { reason: "CircuitOpen" }
    assert.deepStrictEqual(hand.enter(lane), { _tag: "CircuitOpen" })
    assert.strictEqual(lane.queue.size, 0)
  })

  it("waits holds back until it says something changes, before anything is taken", () => {
    const hand = new RoomByHand(1)
    const gate = new HandGate()
    const lane = hand.lane(unlimited, gate)
    gate.now = "waits"
    gate.until = 40
    const waiter = hand.wait(lane)
    assert.deepStrictEqual(waiter.heldBackBy, { by: "circuit" })
    assert.deepStrictEqual([hand.wakeAt, hand.room.bulkhead.inUse, gate.entered], [40, 0, 0])
    gate.now = "passes"
    hand.room.drain()
    assert.isTrue(isIn(waiter))
  })
})

describe("a pause", () => {
  it("holds everybody back until its end, in whole milliseconds, and is never shortened", () => {
    const hand = new RoomByHand()
    const lane = hand.lane(unlimited)
    assert.isTrue(hand.room.pause(lane, 19.5))
    assert.deepStrictEqual([hand.room.pause(lane, 20), hand.room.pause(lane, 3)], [false, false])
    assert.isFalse(hand.room.pause(lane, Number.NaN))
    const waiter = hand.wait(lane)
    assert.deepStrictEqual([waiter.heldBackBy, hand.wakeAt], [{ by: "pause" }, 20])
    assert.isTrue(hand.room.pause(lane, 30))
    assert.strictEqual(hand.wakeAt, 30)
    hand.clock = 29
    hand.room.drain()
    assert.isFalse(isIn(waiter))
    hand.clock = 30
    hand.room.drain()
    assert.isTrue(isIn(waiter))
  })
})

describe("a lease", () => {
  it("ends a permit that nobody ends, at its whole millisecond", () => {
    const hand = new RoomByHand()
    const lane = hand.lane({ ...oneInTen, accounting: "answered" })
    hand.admit(lane, { leaseMillis: 50.5 })
    hand.clock = 51
    hand.room.drain()
    assert.strictEqual(hand.room.predictedWaitMillis(lane, 1), 11)
  })
})
