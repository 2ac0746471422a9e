/**
 * Looks at the door of paid requests before anything is written or paid: what a request that came now would be told.
 * Looking takes no place, and whoever is not refused here may still be refused at the door itself.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import { rankOf } from "../policy/rate-limit/WaitingQueue.ts"
import type { ImageAccount } from "./ImageAccount.ts"

/**
 * Why a submit at this account would be refused: a circuit that is open, a full queue, or a wait beyond `deadlineAt`;
 * `undefined` where it would be let in in time. **Units** `deadlineAt` in milliseconds of the monotonic clock.
 */
export const askDoor = (
  control: AdmissionControl["Service"],
  { scope }: Pick<ImageAccount, "scope">,
  call: Pick<Call, "priority" | "settings">,
  deadlineAt: number
): Effect.Effect<Refusal | undefined> =>
  Effect.map(Clock.Clock, (clock) => {
    const now = millisOf(clock)
    if (now >= deadlineAt) return { _tag: "DeadlineExceeded" }
    control.follow(call.settings)
    const { lane, room } = control.door(scope, "submit")
    const at = Math.floor(now)
    if (lane.gate.standing(at) === "refuses") {
      const { reason, retryAfterMillis } = lane.gate.refusal(at)
      if (reason === "Isolated") return { _tag: reason }
      return retryAfterMillis === undefined ? { _tag: reason } : { _tag: reason, retryAfterMillis }
    }
    if (lane.queue.size >= lane.options.queueLimit) return room.queueFull(lane)
    const retryAfterMillis = room.predictedWaitMillis(lane, rankOf(call.priority))
    return now + retryAfterMillis > deadlineAt ? { _tag: "RateLimitExceeded", retryAfterMillis } : undefined
  })
