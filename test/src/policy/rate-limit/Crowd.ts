/**
 * A crowd at one door: all come at once, every second one gives up, the others are let in window by window. What it cost
 * is counted, not timed.
 */
import { assert } from "@effect/vitest"
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import type { Refusal } from "../../../../src/policy/rate-limit/Refusal.ts"
import { Waiter } from "../../../../src/policy/rate-limit/Waiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"

const perWindow = 1_000

/** Fails where a crowd costs more than so many steps for each who is in it, or leaves anything behind. */
export const proveCrowd = (count: number): void => {
  let clock = 0
  let looks = 0
  let settings = 0
  let wakeAt = Number.POSITIVE_INFINITY
  const room = new WaitingRoom(
    { concurrency: Number.POSITIVE_INFINITY, keepsOne: false },
    {
      now: () => {
        looks += 1
        return clock
      },
      wakeAt: (at) => {
        settings += 1
        wakeAt = at
      }
    }
  )
  const tiers = [
    { limit: perWindow, windowMillis: 1_000 },
    { limit: 50 * perWindow, windowMillis: 60_000 }
  ]
  const lane = room.openLane({ tiers, accounting: "sent", queueLimit: count, use: "ordinary" })
  const wish = { rank: 1, enqueuedAt: 0, deadlineAt: 1e9, leaseMillis: Infinity } as const
  let started = 0
  const start = (outcome: Admission | Refusal): void => {
    if (!(outcome instanceof Admission)) return
    started += 1
    outcome.onSend()
    outcome.end()
  }
  const waiters: Array<Waiter> = []
  for (let index = 0; index < count; index++) {
    const entered = room.enter(lane, wish)
    if (entered instanceof Waiter) {
      waiters.push(entered)
      entered.onSettled(start)
    } else start(entered)
  }
  assert.strictEqual(lane.queue.size, count - perWindow)
  waiters.forEach((waiter, index) => {
    if (index % 2 === 0) room.giveUp(waiter)
  })
  assert.strictEqual(lane.queue.size, (count - perWindow) / 2)
  let wakes = 0
  for (; wakeAt !== Number.POSITIVE_INFINITY; wakes++) {
    clock = wakeAt
    wakeAt = Number.POSITIVE_INFINITY
    room.drain()
  }
  assert.strictEqual(started, (count + perWindow) / 2)
  assert.strictEqual(lane.queue.size, 0)
  assert.strictEqual(room.bulkhead.inUse, 0)
  assert.isAtMost(wakes, started / perWindow + 20)
  assert.isAtMost(looks, 6 * count)
  assert.isAtMost(settings, 2 * count)
  const held = waiters.filter((it) => it.before !== undefined || it.after !== undefined)
  assert.strictEqual(held.length, 0, "somebody who has gone holds others")
}
