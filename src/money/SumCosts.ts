/**
 * Sums of cost totals, in all and by what a person asks for. Pure.
 */
import type { CostLine, CostTotals } from "./CostLedger.ts"

/** What lines can be grouped by. */
export type CostGrouping = "day" | "provider" | "operation" | "owner"

/** The totals of one group. */
export interface CostGroup extends CostTotals {
  readonly group: string
}

/** Nothing. */
export const noTotals: CostTotals = { granted: 0, reserved: 0, spent: 0, available: 0, estimated: 0, unpriced: 0 }

/** The sum of totals. */
export const sumTotals = (all: Iterable<CostTotals>): CostTotals => {
  let { available, estimated, granted, reserved, spent, unpriced } = noTotals
  for (const one of all) {
    granted += one.granted
    reserved += one.reserved
    spent += one.spent
    available += one.available
    estimated += one.estimated
    unpriced += one.unpriced
  }
  return { granted, reserved, spent, available, estimated, unpriced }
}

/** The lines in their order: by day, owner, provider and operation. */
export const inOrder = (lines: ReadonlyArray<CostLine>): ReadonlyArray<CostLine> =>
  lines.toSorted((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1))

const orderOf = ({ day, operation, owner, provider }: CostLine): string =>
  `${day} ${owner}\u0000${provider} ${operation}`

/**
 * The lines by group, in the order of the groups' names.
 *
 * ```ts
 * import { groupCosts } from "@ludeng/providers"
 *
 * groupCosts([], "day") // => []
 * ```
 */
export const groupCosts = (lines: ReadonlyArray<CostLine>, by: CostGrouping): ReadonlyArray<CostGroup> =>
  [...Map.groupBy(lines, (line) => line[by])]
    .map(([group, ofGroup]) => ({ group, ...sumTotals(ofGroup) }))
    .toSorted((left, right) => (left.group < right.group ? -1 : 1))
