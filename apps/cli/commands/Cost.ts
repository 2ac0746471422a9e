/**
 * `ludeng cost`: what was reserved and spent, by day, provider, operation or owner, and how the budgets stand.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CalendarDay } from "../../../schemas/PriceTable.ts"
import type { CostGrouping } from "../../../src/money/SumCosts.ts"
import { callFlags, given } from "../Flags.ts"

const day = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.filterMap(Schema.decodeOption(CalendarDay), () => "a day such as 2026-11-23"),
    Flag.withDescription(description),
    Flag.optional
  )

const groupings = ["day", "provider", "operation", "owner"] as const satisfies ReadonlyArray<CostGrouping>

/** The command. */
export const cost = Command.make(
  "cost",
  {
    by: Flag.Literals("by", groupings).pipe(
      Flag.withDescription("What the sums are made for (default day)"),
      Flag.withDefault("day" as const)
    ),
    since: day("since", "The first day, UTC, as in 2026-11-01"),
    until: day("until", "The last day, UTC"),
    owner: callFlags.owner,
    json: callFlags.json
  },
  Effect.fnUntraced(function* ({ by, owner, since, until }) {
    const { showCost } = yield* Effect.promise(() => import("../CostCommand.ts"))
    yield* showCost(by, given({ owner, since, until }))
  })
).pipe(
  Command.withDescription("What was reserved and spent, and how the budgets stand"),
  Command.withExamples([{ command: "ludeng cost --by operation --since 2026-11-01" }])
)
