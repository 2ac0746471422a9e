/**
 * Handles the question what an owner's calls have cost.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import { visibleBudgets } from "../../src/http-face/OwnBudgets.ts"
import { refusalOf } from "../../src/http-face/Refuse.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { groupCosts, sumTotals } from "../../src/money/SumCosts.ts"

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "costs",
  Effect.fnUntraced(function* (handlers) {
    const ledger = yield* CostLedger
    return handlers.handle("get", ({ query: { by = "day", ...days } }) =>
      Effect.gen(function* () {
        const { owner, scopes } = yield* CurrentBearer
        const lines = yield* refusalOf(ledger.lines({ ...days, owner }))
        const budgets = yield* refusalOf(ledger.budgets(owner))
        return { by, groups: groupCosts(lines, by), total: sumTotals(lines), budgets: visibleBudgets(budgets, scopes) }
      })
    )
  })
)
