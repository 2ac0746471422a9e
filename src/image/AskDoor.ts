/**
 * Looks at the door of paid requests before anything is written or paid: what a request that came now would be told.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { refusalAtDoor } from "../pipeline/LookAtDoor.ts"
import { millisOf } from "../policy/deadline/Deadline.ts"
import type { Refusal } from "../policy/rate-limit/Refusal.ts"
import type { ImageAccount } from "./ImageAccount.ts"

/**
 * Why a submit at this account would be refused; `undefined` where it would be let in in time. **Units** `deadlineAt` in
 * milliseconds of the monotonic clock.
 */
export const askDoor = (
  control: AdmissionControl["Service"],
  { scope }: Pick<ImageAccount, "scope">,
  call: Pick<Call, "priority" | "settings">,
  deadlineAt: number
): Effect.Effect<Refusal | undefined> =>
  Effect.map(Clock.Clock, (clock) => {
    control.follow(call.settings)
    return refusalAtDoor(control.door(scope, "submit"), call, millisOf(clock), deadlineAt)
  })
