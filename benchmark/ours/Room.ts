/**
 * The library's waiting room by itself: waiters as data, as the other queues keep them, and no fibers.
 */
import { Admission } from "../../src/policy/rate-limit/Admission.ts"
import { Waiter } from "../../src/policy/rate-limit/Waiter.ts"
import { rankOf } from "../../src/policy/rate-limit/WaitingQueue.ts"
import { WaitingRoom } from "../../src/policy/rate-limit/WaitingRoom.ts"
import type { OpenQueue } from "../queue/QueueCase.ts"
import { priorityOf } from "./Queue.ts"

const wishOf = (waiterClass: number) => ({
  rank: rankOf(priorityOf(waiterClass)),
  enqueuedAt: Math.floor(performance.now()),
  deadlineAt: Number.POSITIVE_INFINITY,
  leaseMillis: Number.POSITIVE_INFINITY
})

/** Opens it. */
export const open: OpenQueue = (waiters, done, gone) => {
  const room = new WaitingRoom(
    { concurrency: 1, keepsOne: false },
    { now: () => performance.now(), wakeAt: () => undefined }
  )
  const lane = room.openLane({
    tiers: [{ limit: 10_000_000, windowMillis: 3_600_000 }],
    accounting: "answered",
    queueLimit: waiters + 1,
    use: "ordinary"
  })
  const holder = room.enter(lane, wishOf(0))
  const cancellable: Array<Waiter> = []
  return Promise.resolve({
    add: (waiterClass, isCancellable) => {
      const waiter = room.enter(lane, wishOf(waiterClass))
      if (!(waiter instanceof Waiter)) throw new Error("the place was free")
      if (isCancellable) cancellable.push(waiter)
      waiter.onSettled((outcome) => {
        done()
        if (outcome instanceof Admission) outcome.end()
      })
    },
    cancel: (index) => {
      const waiter = cancellable[index]
      if (waiter === undefined) return
      room.giveUp(waiter)
      gone()
    },
    release: () => {
      if (holder instanceof Admission) holder.end()
    }
  })
}
