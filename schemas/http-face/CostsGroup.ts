/**
 * `GET /v1/costs`: what an owner's calls have cost, and how the budgets stand.
 */
import * as Schema from "effect/Schema"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import { BudgetName } from "../Budget.ts"
import { Authorization, MayUse } from "./Middleware.ts"

/** What costs are grouped by. */
export const CostGroupingName = Schema.Literals(["day", "provider", "operation"])

/** **Units** micro-dollars; `unpriced` counts what was settled without a price. */
export const CostTotalsView = Schema.Struct({
  granted: Schema.Int,
  reserved: Schema.Int,
  spent: Schema.Int,
  available: Schema.Int,
  estimated: Schema.Int,
  unpriced: Schema.Int
})

/** A budget as it stands for the owner. **Units** micro-dollars; `freesAt` in milliseconds since 1970. */
export const BudgetView = Schema.Struct({
  budget: BudgetName,
  limitUsdMicros: Schema.Int,
  committedUsdMicros: Schema.Int,
  freesAt: Schema.optionalKey(Schema.Int)
})

/** The costs. */
export const CostsView = Schema.Struct({
  by: CostGroupingName,
  groups: Schema.Array(Schema.Struct({ group: Schema.String, ...CostTotalsView.fields })),
  total: CostTotalsView,
  budgets: Schema.Array(BudgetView)
})
export interface CostsView extends Schema.Schema.Type<typeof CostsView> {}

const Day = Schema.String.check(Schema.isPattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/)).annotate({
  expected: "a day like 2026-11-24"
})

/** The group. */
export const costsGroup = HttpApiGroup.make("costs")
  .add(
    HttpApiEndpoint.get("get", "/v1/costs", {
      query: {
        by: Schema.optionalKey(CostGroupingName),
        since: Schema.optionalKey(Day),
        until: Schema.optionalKey(Day)
      },
      success: CostsView
    }).annotate(OpenApi.Summary, "What was spent and is held, and how the budgets stand")
  )
  .middleware(MayUse)
  .middleware(Authorization)
  .annotateMerge(OpenApi.annotations({ title: "Costs", description: "Money spent, held and left" }))
