/**
 * Looks at a door without coming to it: what a request that came now would be told, and how long it would wait. Looking
 * takes no place, and whoever is not refused here may still be refused at the door itself.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RequestPreview } from "../../schemas/Preview.ts"
import type { Operation, QuotaScope } from "../../schemas/Provider.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import { rankOf } from "../policy/rate-limit/WaitingQueue.ts"
import { AdmissionControl, type Door } from "./AdmissionControl.ts"
import type { Call } from "./CurrentCall.ts"

type Comer = Pick<Call, "priority" | "settings">

/**
 * Why a request would be refused that came now: a circuit that is open, a full queue, or a wait beyond `deadlineAt`;
 * `undefined` where it would be let in in time. **Units** milliseconds of the monotonic clock.
 */
export const refusalAtDoor = (
  { lane, room }: Door,
  { priority }: Comer,
  now: number,
  deadlineAt: number
): Refusal | undefined => {
  if (now >= deadlineAt) return { _tag: "DeadlineExceeded" }
  const at = Math.floor(now)
  if (lane.gate.standing(at) === "refuses") {
    const { reason, retryAfterMillis } = lane.gate.refusal(at)
    if (reason === "Isolated") return { _tag: reason }
    return retryAfterMillis === undefined ? { _tag: reason } : { _tag: reason, retryAfterMillis }
  }
  if (lane.queue.size >= lane.options.queueLimit) return room.queueFull(lane)
  const retryAfterMillis = room.predictedWaitMillis(lane, rankOf(priority))
  return now + retryAfterMillis > deadlineAt ? { _tag: "RateLimitExceeded", retryAfterMillis } : undefined
}

/** A door as somebody finds it who looks at it. */
export interface DoorLook {
  readonly refusal: Refusal | undefined
  readonly seen: Pick<RequestPreview, "account" | "circuit" | "wait" | "tier">
}

/** Looks. **Units** `deadlineAt` in milliseconds of the monotonic clock. */
export const lookAtDoor = (
  scope: QuotaScope,
  operation: Operation,
  call: Comer,
  deadlineAt: number
): Effect.Effect<DoorLook, never, AdmissionControl> =>
  Effect.gen(function* () {
    const control = yield* AdmissionControl
    const now = millisOf(yield* Clock.Clock)
    control.follow(call.settings)
    const door = control.door(scope, operation)
    const wait = Math.ceil(door.room.predictedWaitMillis(door.lane, rankOf(call.priority)))
    const tier = wait === 0 ? undefined : fullTier(door, Math.floor(now))
    return {
      refusal: refusalAtDoor(door, call, now, deadlineAt),
      seen: {
        account: scope,
        circuit: door.circuit.state._tag,
        wait: Duration.millis(wait),
        ...(tier === undefined ? {} : { tier })
      }
    }
  })

/** Of the limits that are used up the longest: the others are over before. */
const fullTier = ({ lane }: Door, now: number): RequestPreview["tier"] => {
  const full = lane.store.usage(now).filter((it) => it.used >= it.limit)
  const longest = full.toSorted((left, right) => right.windowMillis - left.windowMillis)[0]
  return longest === undefined ? undefined : { limit: longest.limit, windowMillis: longest.windowMillis }
}
