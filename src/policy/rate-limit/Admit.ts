/**
 * Runs an effect with an admission: waits for it in the caller's own fiber, and sees to it that it comes back whatever
 * becomes of the caller, also when leave and interruption meet in the same instant.
 */
import * as Effect from "effect/Effect"
import type { TimeoutList } from "../deadline/TimeoutList.ts"
import { Admission } from "./Admission.ts"
import type { Lane } from "./Lane.ts"
import type { Refusal } from "./Refusal.ts"
import { Waiter, type Wish } from "./Waiter.ts"
import type { WaitingRoom } from "./WaitingRoom.ts"

/** What a caller gets who comes to a door. */
export type Admitted = Admission | Refusal

const waitFor = (room: WaitingRoom, timeouts: TimeoutList, waiter: Waiter): Effect.Effect<Admitted> =>
  Effect.callback<Admitted>((resume) => {
    const { deadlineAt } = waiter.wish
    const overdue = Number.isFinite(deadlineAt)
      ? timeouts.schedule(deadlineAt, () => resume(Effect.succeed(room.overdue(waiter))))
      : undefined
    waiter.onSettled((outcome) => {
      overdue?.cancel()
      resume(Effect.succeed(outcome))
    })
    return Effect.sync(() => overdue?.cancel())
  })

/** The caller leaves: the queue forgets it, and a permit that had just been given to it goes to the next. */
const abandon = (room: WaitingRoom, waiter: Waiter): void => {
  room.giveUp(waiter)
  if (!(waiter.outcome instanceof Admission)) return
  waiter.lane.gate.leave(waiter.outcome.ticket)
  waiter.outcome.end()
}

/**
 * Comes to the door, and waits there if need be. To be called where the caller can not be interrupted; `restore` makes
 * the waiting, and nothing else, interruptible. What `use` gets it must `end`; `waiter` tells what was waited for, where something was.
 */
export const admit = <A, E, R>(
  room: WaitingRoom,
  timeouts: TimeoutList,
  lane: Lane,
  wish: Wish,
  restore: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>,
  use: (admitted: Admitted, waiter?: Waiter) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const entered = room.enter(lane, wish)
  if (!(entered instanceof Waiter)) return use(entered)
  return Effect.matchCauseEffect(restore(waitFor(room, timeouts, entered)), {
    onFailure: (cause) => {
      abandon(room, entered)
      return Effect.failCause(cause)
    },
    onSuccess: (admitted) => use(admitted, entered)
  })
}
