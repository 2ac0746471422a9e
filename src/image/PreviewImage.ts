/**
 * What a picture would cost and what would become of it now: asked of the same plan, doors, budgets and prices, in the
 * same order, as by `generate` itself.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { ImageRequest } from "../../schemas/Image.ts"
import { type Cost, noCost } from "../../schemas/Money.ts"
import type { CallPreview } from "../../schemas/Preview.ts"
import { budgetsOfCall } from "../money/BudgetsOfCall.ts"
import { decideBudgets } from "../money/DecideBudgets.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { lookAtDoor } from "../pipeline/LookAtDoor.ts"
import { reject } from "../pipeline/Reject.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { accepts } from "./Acceptance.ts"
import { chooseRoute } from "./ChooseRoute.ts"
import { earlierImage } from "./EarlierImage.ts"
import { joinsJob } from "./EnterJob.ts"
import { type GenerateDependencies, noNewPicture } from "./GenerateImage.ts"
import { heldFor } from "./ImageMoney.ts"
import { planImage } from "./PlanImage.ts"
import { allowsEarlierImage } from "./StandInRule.ts"

/** The preview. **Errors** `Rejection` where the request itself is refused. */
export const previewImage = Effect.fnUntraced(function* (
  request: ImageRequest,
  key: IdempotencyKey | undefined,
  call: Call
): Effect.fn.Return<CallPreview, CallFailure, GenerateDependencies> {
  const planned = yield* planImage(request, call)
  const budgets = yield* budgetsOfCall(call)
  const modes = (yield* (yield* DegradedModes).current).map(({ mode }) => mode)
  const nothing = { lowest: noCost, bound: noCost, request: null, refused: null, retryAfter: null }
  const common = { ...nothing, cache: null, budgets, modes }
  if (yield* joinsJob(key, call)) return { ...common, from: "EarlierJob" }

  const isEarlierAtHand = Effect.map(earlierImage(planned, call), (image) => image !== undefined)
  if (!accepts(call, "Live")) {
    return (yield* isEarlierAtHand) ? { ...common, from: "Cached" } : yield* noNewPicture(call)
  }
  const chosen = yield* Effect.result(chooseRoute(planned, call, call.deadlineAt))
  const { route } = Result.isSuccess(chosen) ? chosen.success : { route: planned.first }
  const { seen } = yield* lookAtDoor(route.account.scope, "submit", call, call.deadlineAt)
  const bound = heldFor(planned, call.settings.settings)
  const asked = { provider: "nanobanana", operation: "submit", ...seen, bound } as const
  const unpaid = decideBudgets(budgets, bound, yield* Clock.currentTimeMillis)
  const rejection = Result.isFailure(chosen)
    ? chosen.failure
    : unpaid === undefined
      ? undefined
      : reject(unpaid, call.callId)
  if (rejection === undefined) {
    const from = route === planned.first ? "Live" : "OtherProvider"
    return { ...common, from, request: asked, lowest: leastOf(route.price), bound }
  }
  return {
    ...common,
    from: allowsEarlierImage(rejection) && (yield* isEarlierAtHand) ? "Cached" : null,
    request: asked,
    refused: rejection.reason,
    retryAfter: rejection.retryAfter ?? null
  }
})

/** What is only known as an upper bound may come to nothing. */
const leastOf = (price: Cost): Cost => (price.basis === "estimated" ? { ...price, usdMicros: 0 } : price)
