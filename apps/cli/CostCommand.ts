/**
 * What `ludeng cost` does. The heavy part, loaded only by it.
 */
import * as Effect from "effect/Effect"
import { CallId, defaultOwner } from "../../schemas/Identifiers.ts"
import { CostLedger, type CostQuery } from "../../src/money/CostLedger.ts"
import { type CostGrouping, groupCosts } from "../../src/money/SumCosts.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { runOver } from "./Call.ts"
import { costJson, costLines } from "./CostReport.ts"
import { Session } from "./Session.ts"

/** Whoever only looks makes no call. */
const noCall = CallId.make("none")

/** Prints what was reserved and spent, and how the budgets stand. */
export const showCost = (by: CostGrouping, query: CostQuery) =>
  runOver(
    { needed: [] },
    Effect.gen(function* () {
      const run = yield* Session
      const ledger = yield* CostLedger
      const owner = query.owner ?? defaultOwner
      const lines = yield* Effect.mapError(ledger.lines(query), (reason) => reject(reason, noCall))
      const budgets = yield* Effect.mapError(ledger.budgets(owner), (reason) => reject(reason, noCall))
      const findings = { by, query, groups: groupCosts(lines, by), budgets, owner }
      run.screen.result(run.isJson ? JSON.stringify(costJson(findings)) : costLines(findings).join("\n"))
    })
  )
