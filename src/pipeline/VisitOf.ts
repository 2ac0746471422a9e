/**
 * How a request comes to its door: with whose priority, until when, and how long a permit may be out with it.
 */
import * as Duration from "effect/Duration"
import type { TimeoutList } from "../policy/deadline/TimeoutList.ts"
import type { Visit } from "../policy/rate-limit/Admit.ts"
import { rankOf } from "../policy/rate-limit/WaitingQueue.ts"
import { isGrowing } from "./GrowingDeadline.ts"
import type { Run } from "./Run.ts"

/** How long a permit may be in flight beyond its attempt's own time limit. **Units** milliseconds. */
const leaseMarginMillis = 60_000

/** The visit of the next attempt. **Units** `at` in milliseconds of the monotonic clock. */
export const visitOf = <A>(run: Run<A>, timeouts: TimeoutList, at: number): Visit => {
  const { call, door, plan, restore } = run
  run.enqueuedAt ??= Math.floor(at)
  return {
    room: door.room,
    timeouts,
    lane: door.lane,
    wish: {
      rank: rankOf(call.priority),
      enqueuedAt: run.enqueuedAt,
      deadlineAt: call.deadlineAt,
      leaseMillis: Duration.toMillis(plan.attemptTimeout) + leaseMarginMillis
    },
    growing: isGrowing(call) ? call : undefined,
    restore,
    onLeft: () => run.tell.callInterrupted(run.attempts, run.cost, "waiting")
  }
}
