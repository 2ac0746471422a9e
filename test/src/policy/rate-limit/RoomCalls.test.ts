import { assert, describe, it } from "@effect/vitest"
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import { HandGate, isIn, oneInTen, RoomByHand, unlimited } from "./RoomByHand.ts"

describe("slots", () => {
  it("hold back who has none, until one comes back; what a waiter waited for first stays known", () => {
    const hand = new RoomByHand(1)
    const lane = hand.lane({ ...oneInTen, accounting: "sent" })
    const first = hand.admit(lane)
    first.onSend()
    const waiter = hand.wait(lane)
    assert.deepStrictEqual([waiter.heldBackBy, hand.wakeAt], [{ by: "slot" }, Number.POSITIVE_INFINITY])
    first.end()
    assert.isFalse(isIn(waiter))
    assert.deepStrictEqual([waiter.heldBackBy, hand.wakeAt], [{ by: "slot" }, 11])
    hand.clock = 11
    hand.room.drain()
    assert.isTrue(isIn(waiter))
  })

  it("go to whoever waits as soon as the settings or the provider allow more", () => {
    const hand = new RoomByHand(2)
    const lane = hand.lane(unlimited)
    hand.room.lowerConcurrency(1, 50)
    hand.admit(lane)
    const waiters = [hand.wait(lane), hand.wait(lane)]
    assert.strictEqual(hand.wakeAt, 50)
    hand.room.lowerConcurrency(2, 90)
    assert.deepStrictEqual(waiters.map(isIn), [true, false])
    hand.room.configureBulkhead({ concurrency: 3, keepsOne: false })
    assert.deepStrictEqual(waiters.map(isIn), [true, false])
    hand.clock = 90
    hand.room.drain()
    assert.deepStrictEqual(waiters.map(isIn), [true, true])
    const last = hand.wait(lane)
    hand.room.configureBulkhead({ concurrency: 4, keepsOne: false })
    assert.isTrue(isIn(last))
  })

  it("that two doors share go to the better waiter, and to the older door where both are as good", () => {
    const hand = new RoomByHand(1)
    const [one, other] = [hand.lane(unlimited), hand.lane(unlimited)]
    const holder = hand.admit(one)
    const second = hand.wait(one, { rank: 2 })
    const first = hand.wait(other, { rank: 1 })
    holder.end()
    assert.deepStrictEqual([isIn(first), isIn(second)], [true, false])
    const even = new RoomByHand(1)
    const doors = [even.lane(unlimited), even.lane(unlimited)] as const
    const inside = even.admit(doors[0])
    const later = even.wait(doors[1])
    const sooner = even.wait(doors[0])
    inside.end()
    assert.deepStrictEqual([isIn(sooner), isIn(later)], [true, false])
  })

  it("are not kept from one door by another that is held back", () => {
    const hand = new RoomByHand(2)
    const gate = new HandGate()
    const [held, free] = [hand.lane(unlimited, gate), hand.lane(oneInTen)]
    gate.now = "waits"
    gate.until = 70
    hand.fill(free)
    const before = hand.wait(held)
    const waiters = [hand.wait(free), hand.wait(free)]
    assert.strictEqual(hand.wakeAt, 11)
    hand.clock = 11
    hand.room.drain()
    assert.deepStrictEqual([before, ...waiters].map(isIn), [false, true, false])
  })
})

describe("other limits", () => {
  it("let in at once whom they have room for", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    const waiters = [hand.wait(lane), hand.wait(lane)]
    hand.room.configureLane(lane, { ...oneInTen, tiers: [{ limit: 2, windowMillis: 10 }], queueLimit: 1 })
    assert.deepStrictEqual(waiters.map(isIn), [true, false])
    assert.deepInclude(hand.enter(lane), { _tag: "QueueFull" })
  })
})

describe("a waiter", () => {
  it("whose wish grows moves to where it would be now, with the new deadline", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    const first = hand.wait(lane, { rank: 1 })
    const raised = hand.wait(lane, { rank: 2 })
    hand.room.raise(raised, 0, 500)
    assert.deepStrictEqual([raised.rank, raised.deadlineAt, lane.queue.size, lane.queue.next], [0, 500, 2, raised])
    hand.clock = 11
    hand.room.drain()
    assert.deepStrictEqual([isIn(raised), isIn(first)], [true, false])
    hand.room.raise(raised, 2, 900)
    assert.deepStrictEqual([raised.rank, raised.deadlineAt, lane.queue.size], [0, 500, 1])
  })

  it("that is raised to the head is held back by what holds the head, and calls the timer", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    hand.wait(lane)
    const raised = hand.wait(lane, { rank: 2 })
    const isHeldBack = () => raised.heldBackBy !== undefined
    assert.isFalse(isHeldBack())
    hand.room.raise(raised, 0, Number.POSITIVE_INFINITY)
    assert.isTrue(isHeldBack())
  })

  it("who gives up is as if he had never come", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    const gone = hand.wait(lane)
    const next = hand.wait(lane)
    hand.room.giveUp(gone)
    hand.room.giveUp(gone)
    assert.strictEqual(lane.queue.size, 1)
    hand.clock = 11
    hand.room.drain()
    assert.deepStrictEqual([isIn(gone), isIn(next)], [false, true])
  })

  it("whose deadline has come is let in at that very instant, or hears when a start would have come", () => {
    const hand = new RoomByHand()
    const lane = hand.lane()
    hand.fill(lane)
    const inTime = hand.wait(lane, { deadlineAt: 11 })
    const late = hand.wait(lane, { deadlineAt: 22 })
    hand.clock = 11
    assert.strictEqual(hand.room.overdue(inTime), inTime.outcome)
    assert.isTrue(isIn(inTime))
    if (inTime.outcome instanceof Admission) {
      inTime.outcome.onSend()
      inTime.outcome.end()
    }
    assert.deepStrictEqual(hand.room.overdue(late), { _tag: "RateLimitExceeded", retryAfterMillis: 11 })
    assert.strictEqual(lane.queue.size, 0)
  })

  it("whose deadline has come while something else than time holds him back hears that it has", () => {
    const hand = new RoomByHand(1)
    const lane = hand.lane(unlimited)
    hand.admit(lane)
    const waiter = hand.wait(lane, { deadlineAt: 30 })
    hand.clock = 30
    assert.deepStrictEqual(hand.room.overdue(waiter), { _tag: "DeadlineExceeded" })
    assert.isFalse(waiter.isQueued)
  })
})

describe("the room", () => {
  it("tells instants in whole milliseconds that are not before their time", () => {
    const hand = new RoomByHand()
    hand.clock = 10.2
    assert.strictEqual(hand.room.instantAfter(5), 16)
  })

  it("sees what a waiter changes who is let in and leaves at once", () => {
    const hand = new RoomByHand(1)
    const lane = hand.lane(unlimited)
    const holder = hand.admit(lane)
    const waiters = [hand.wait(lane), hand.wait(lane), hand.wait(lane)]
    for (const waiter of waiters) waiter.onSettled((outcome) => "end" in outcome && outcome.end())
    holder.end()
    assert.deepStrictEqual(waiters.map(isIn), [true, true, true])
    assert.strictEqual(hand.room.bulkhead.inUse, 0)
  })

  it("goes on after somebody it called has failed", () => {
    const hand = new RoomByHand(1)
    const lane = hand.lane(unlimited)
    const holder = hand.admit(lane)
    const failing = hand.wait(lane)
    failing.onSettled(() => {
      throw new Error("the caller's own")
    })
    const next = hand.wait(lane)
    assert.throws(() => holder.end(), "the caller's own")
    hand.room.configureBulkhead({ concurrency: 2, keepsOne: false })
    assert.isTrue(isIn(next))
  })
})
