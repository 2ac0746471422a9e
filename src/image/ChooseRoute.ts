/**
 * Which account a new job is given to, or why it is refused before anything is written: the first whose door would let
 * it in in time.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Rejection } from "../../schemas/Failures.ts"
import type { ReasonTag } from "../../schemas/Reason.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { rejectionOf } from "../pipeline/Refused.ts"
import { reject } from "../pipeline/Reject.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { askDoor } from "./AskDoor.ts"
import { deferralRetryAfter, isPutOff } from "./ImageDeferral.ts"
import type { ImageRoute, PlannedRequest } from "./PlanImage.ts"
import { isRefusedAtDoor } from "./StandInRule.ts"

/** The route of a job; `standsInFor` is why it is not that of the first account. */
export interface ChosenRoute {
  readonly route: ImageRoute
  readonly standsInFor?: ReasonTag
}

/**
 * Chooses.
 *
 * **Units** `deadlineAt` in milliseconds of the monotonic clock: the latest start of any use.
 *
 * **Errors** `Rejection` of the first account, with the nearest instant at which either may let somebody in:
 * `CircuitOpen`, `Isolated`, `RateLimitExceeded`, `QueueFull`, `DeadlineExceeded`; `LoadShed` while pictures are put off.
 */
export const chooseRoute = Effect.fnUntraced(function* (
  { first, second }: Pick<PlannedRequest, "first" | "second">,
  call: Call,
  deadlineAt: number
): Effect.fn.Return<ChosenRoute, Rejection, AdmissionControl | DegradedModes> {
  if (isPutOff(yield* DegradedModes, call)) {
    return yield* reject({ _tag: "LoadShed" }, call.callId, { retryAfter: deferralRetryAfter })
  }
  const control = yield* AdmissionControl
  const refusal = yield* askDoor(control, first.account, call, deadlineAt)
  if (refusal === undefined) return { route: first }
  const rejection = rejectionOf(refusal, "submit", call.callId)
  if (second === undefined || !isRefusedAtDoor(rejection)) return yield* rejection
  const otherRefusal = yield* askDoor(control, second.account, call, deadlineAt)
  if (otherRefusal === undefined) return { route: second, standsInFor: refusal._tag }
  return yield* soonest(rejection, rejectionOf(otherRefusal, "submit", call.callId), call)
})

/** The first rejection; it says when either of the two may be over. */
const soonest = (rejection: Rejection, other: Rejection, call: Call): Rejection => {
  const known = [rejection.retryAfter, other.retryAfter].filter((it) => it !== undefined)
  return known.length === 0
    ? rejection
    : reject(rejection.reason, call.callId, { retryAfter: known.reduce((left, right) => Duration.min(left, right)) })
}
