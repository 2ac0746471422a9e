/**
 * Which account a new job is given to, or why it is refused before anything is written: the first with a healthy key
 * whose door would let it in in time.
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
import { KeyVault } from "../vault/KeyVault.ts"
import { askDoor } from "./AskDoor.ts"
import { hasKeyOf } from "./ImageAccount.ts"
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
 * `CircuitOpen`, `Isolated`, `RateLimitExceeded`, `QueueFull`, `DeadlineExceeded`, `NoHealthyKey`; `LoadShed` while pictures are put off.
 */
export const chooseRoute = Effect.fnUntraced(function* (
  { first, second }: Pick<PlannedRequest, "first" | "second">,
  call: Call,
  deadlineAt: number
): Effect.fn.Return<ChosenRoute, Rejection, AdmissionControl | DegradedModes | KeyVault> {
  if (isPutOff(yield* DegradedModes, call)) {
    return yield* reject({ _tag: "LoadShed" }, call.callId, { retryAfter: deferralRetryAfter })
  }
  const control = yield* AdmissionControl
  const hasKey = hasKeyOf(yield* KeyVault, first.account)
  const refusal = hasKey ? yield* askDoor(control, first.account, call, deadlineAt) : undefined
  if (hasKey && refusal === undefined) return { route: first }
  const rejection = refusal === undefined ? noKey(call) : rejectionOf(refusal, "submit", call.callId)
  if (second === undefined || !(isRefusedAtDoor(rejection) || !hasKey)) return yield* rejection
  const otherRefusal = yield* askDoor(control, second.account, call, deadlineAt)
  if (otherRefusal === undefined) return { route: second, standsInFor: rejection.reason._tag }
  return yield* soonest(rejection, rejectionOf(otherRefusal, "submit", call.callId), call)
})

const noKey = ({ callId }: Call): Rejection => reject({ _tag: "NoHealthyKey", setting: "NANOBANANA_API_KEY" }, callId)

/** The first rejection; it says when either of the two may be over. */
const soonest = (rejection: Rejection, other: Rejection, call: Call): Rejection => {
  const known = [rejection.retryAfter, other.retryAfter].filter((it) => it !== undefined)
  return known.length === 0
    ? rejection
    : reject(rejection.reason, call.callId, { retryAfter: known.reduce((left, right) => Duration.min(left, right)) })
}
