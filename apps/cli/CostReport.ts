/**
 * What was reserved and spent, as the object `--json` prints and as a table for a person. Pure.
 */
import type { Owner } from "../../schemas/Identifiers.ts"
import type { CostQuery } from "../../src/money/CostLedger.ts"
import type { BudgetLine } from "../../src/money/DecideBudgets.ts"
import { type CostGroup, type CostGrouping, sumTotals } from "../../src/money/SumCosts.ts"
import { dollarsText } from "./Text.ts"

/** What `ludeng cost` has found; `owner` is whose budgets are shown. */
export interface CostFindings {
  readonly by: CostGrouping
  readonly query: CostQuery
  readonly groups: ReadonlyArray<CostGroup>
  readonly budgets: ReadonlyArray<BudgetLine>
  readonly owner: Owner
}

/** **Units** micro-dollars, counts, and milliseconds since 1970. */
export const costJson = ({ budgets, by, groups, query }: CostFindings) => ({
  by,
  owner: query.owner ?? null,
  since: query.since ?? null,
  until: query.until ?? null,
  groups: groups.map(({ group, ...totals }) => ({ [by]: group, ...inMicros(totals) })),
  total: inMicros(sumTotals(groups)),
  budgets: budgets.map(({ budget, committedUsdMicros, freesAt, limitUsdMicros }) => ({
    budget,
    limitUsdMicros,
    committedUsdMicros,
    leftUsdMicros: Math.max(0, limitUsdMicros - committedUsdMicros),
    freesAt: freesAt ?? null
  }))
})

const inMicros = ({ available, estimated, granted, reserved, spent, unpriced }: Omit<CostGroup, "group">) => ({
  grantedUsdMicros: granted,
  reservedUsdMicros: reserved,
  spentUsdMicros: spent,
  availableUsdMicros: available,
  estimatedUsdMicros: estimated,
  unpriced
})

/** A table with a row for each group, their sum, and a line for each budget. */
export const costLines = ({ budgets, by, groups, owner }: CostFindings): ReadonlyArray<string> => {
  const told = budgets.map((it) => budgetLine(it, owner))
  if (groups.length === 0) return ["Nothing was reserved or spent.", ...told]
  const rows = [
    [by, "granted", "reserved", "spent", "estimated", "unpriced"],
    ...groups.map(cellsOf),
    ...(groups.length === 1 ? [] : [cellsOf({ group: "total", ...sumTotals(groups) })])
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
  )
  return [...lines, ...told]
}

const cellsOf = ({ estimated, granted, group, reserved, spent, unpriced }: CostGroup): ReadonlyArray<string> => [
  group,
  dollarsText(granted),
  dollarsText(reserved),
  dollarsText(spent),
  dollarsText(estimated),
  String(unpriced)
]

/** One budget for a person: `budget perDay: $0.50 of $1.00 left, anew at 2026-11-25T00:00Z`. */
export const budgetLine = (
  { budget, committedUsdMicros, freesAt, limitUsdMicros }: BudgetLine,
  owner: Owner
): string => {
  const left = Math.max(0, limitUsdMicros - committedUsdMicros)
  const whose = budget.startsWith("perOwner") ? ` of ${owner}` : ""
  const anew = freesAt === undefined ? "" : `, anew at ${new Date(freesAt).toISOString().slice(0, 16)}Z`
  return `budget ${budget}${whose}: ${dollarsText(left)} of ${dollarsText(limitUsdMicros)} left${anew}`
}
