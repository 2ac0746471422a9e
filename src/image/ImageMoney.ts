/**
 * What is held for a picture, and whether the budgets would allow it: looked at before anything is written or paid.
 * Looking reserves nothing, and whoever fits here may still be refused when the row is entered.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Rejection } from "../../schemas/Failures.ts"
import { type Cost, unknownCost } from "../../schemas/Money.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { budgetsOfCall } from "../money/BudgetsOfCall.ts"
import type { CostLedger } from "../money/CostLedger.ts"
import { decideBudgets, hasBudget } from "../money/DecideBudgets.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import type { PlannedRequest } from "./PlanImage.ts"

/**
 * What is held: the dearer of the two routes, so that whichever account makes it in the end, its price is held. Under a
 * budget the price of the first account must be known, whatever the other one takes.
 */
export const heldFor = ({ first, second }: Pick<PlannedRequest, "first" | "second">, { budget }: Settings): Cost => {
  const own = first.price.usdMicros
  if (own === null && hasBudget(budget)) return unknownCost
  const other = second?.price.usdMicros ?? null
  return second !== undefined && other !== null && (own === null || own < other) ? second.price : first.price
}

/** Refuses what surely does not fit. **Errors** `Rejection`: `BudgetExhausted`, `PriceUnknown`, `StorageFailed`. */
export const checkBudgets = (
  planned: Pick<PlannedRequest, "first" | "second">,
  call: Call
): Effect.Effect<void, Rejection, CostLedger> =>
  Effect.gen(function* () {
    const lines = yield* budgetsOfCall(call)
    const refusal = decideBudgets(lines, heldFor(planned, call.settings.settings), yield* Clock.currentTimeMillis)
    if (refusal !== undefined) return yield* reject(refusal, call.callId)
  })
