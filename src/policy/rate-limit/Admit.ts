/**
 * Runs an effect with an admission: waits for it in the caller's own fiber, and sees to it that it comes back whatever
 * becomes of the caller, also when leave and interruption meet in the same instant.
 */
import * as Effect from "effect/Effect"
import type { Priority } from "../../../schemas/CallOptions.ts"
import type { Timeout, TimeoutList } from "../deadline/TimeoutList.ts"
import { Admission } from "./Admission.ts"
import type { Lane } from "./Lane.ts"
import type { Refusal } from "./Refusal.ts"
import { Waiter, type Wish } from "./Waiter.ts"
import { rankOf } from "./WaitingQueue.ts"
import type { WaitingRoom } from "./WaitingRoom.ts"

/** What a caller gets who comes to a door. */
export type Admitted = Admission | Refusal

/** What may grow while a caller waits, because somebody with a better wish waits for the same. */
export interface GrowingWish {
  readonly priority: Priority
  readonly deadlineAt: number
  /** Calls back on each growth; gives how to stop. */
  readonly onRaised: (listener: () => void) => () => void
}

/** Who comes, to which door, and how his waiting is made interruptible. */
export interface Visit {
  readonly room: WaitingRoom
  readonly timeouts: TimeoutList
  readonly lane: Lane
  readonly wish: Wish
  readonly growing?: GrowingWish | undefined
  readonly restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Called when whoever waits is interrupted. */
  readonly onLeft?: () => void
}

const waitFor = (visit: Visit, waiter: Waiter): Effect.Effect<Admitted> =>
  Effect.callback<Admitted>((resume) => {
    const settle = (outcome: Admitted) => resume(Effect.succeed(outcome))
    // Whoever may wait for ever, and whose wish never grows, needs nothing but to be called.
    if (waiter.deadlineAt === Number.POSITIVE_INFINITY && visit.growing === undefined) return waiter.onSettled(settle)
    const stop = watchWish(visit, waiter, settle)
    waiter.onSettled((outcome) => {
      stop()
      settle(outcome)
    })
    return Effect.sync(stop)
  })

/** Ends the waiting at the deadline, and follows a wish that grows. Gives how to stop. */
const watchWish = (
  { growing, room, timeouts }: Visit,
  waiter: Waiter,
  settle: (outcome: Admitted) => void
): (() => void) => {
  let overdue: Timeout | undefined
  const waitUntilDeadline = () => {
    overdue?.cancel()
    if (!Number.isFinite(waiter.deadlineAt)) return
    overdue = timeouts.schedule(waiter.deadlineAt, () => {
      stop()
      settle(room.overdue(waiter))
    })
  }
  const unlisten = growing?.onRaised(() => {
    room.raise(waiter, rankOf(growing.priority), growing.deadlineAt)
    if (waiter.outcome === undefined) waitUntilDeadline()
  })
  const stop = () => {
    overdue?.cancel()
    unlisten?.()
  }
  waitUntilDeadline()
  return stop
}

/** The caller leaves: the queue forgets it, and a permit that had just been given to it goes to the next. */
const abandon = (room: WaitingRoom, waiter: Waiter): void => {
  room.giveUp(waiter)
  if (!(waiter.outcome instanceof Admission)) return
  waiter.lane.gate.leave(waiter.outcome.ticket)
  waiter.outcome.end()
}

/**
 * Comes to the door, and waits there if need be. To be called where the caller can not be interrupted; `restore` makes
 * the waiting, and nothing else, interruptible. What `use` gets it must `end`; `waiter` tells what was waited for, where
 * something was.
 */
export const admit = <A, E, R>(
  visit: Visit,
  use: (admitted: Admitted, waiter?: Waiter) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const entered = visit.room.enter(visit.lane, visit.wish)
  if (!(entered instanceof Waiter)) return use(entered)
  return Effect.matchCauseEffect(visit.restore(waitFor(visit, entered)), {
    onFailure: (cause) => {
      abandon(visit.room, entered)
      visit.onLeft?.()
      return Effect.failCause(cause)
    },
    onSuccess: (admitted) => use(admitted, entered)
  })
}
