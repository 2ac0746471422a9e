/**
 * Every budget that a call is under, as it stands.
 */
import * as Effect from "effect/Effect"
import type { Rejection } from "../../schemas/Failures.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { CostLedger } from "./CostLedger.ts"
import type { BudgetLine } from "./DecideBudgets.ts"

/** The budgets. **Errors** `Rejection` with `StorageFailed`. */
export const budgetsOfCall = (call: Call): Effect.Effect<ReadonlyArray<BudgetLine>, Rejection, CostLedger> =>
  Effect.gen(function* () {
    const ledger = yield* CostLedger
    const inTime = yield* Effect.mapError(ledger.budgets(call.owner), (reason) => reject(reason, call.callId))
    return [...call.spending.lines(call.settings.settings.budget.perCall), ...inTime]
  })
