/**
 * Whether budgets allow an amount: what is committed (reserved and spent) and the new bound together may not pass a
 * limit by one micro-dollar. Pure; counting what is committed is left to the ledger, and for one call to `CallSpending`.
 *
 * | asked for | no budget is set | budgets are set |
 * | --- | --- | --- |
 * | nothing (a bound of 0) | granted | granted |
 * | a known bound | granted | granted where it fits into each of them |
 * | an unknown price | granted | `PriceUnknown` |
 */
import * as Duration from "effect/Duration"
import type { BudgetName, Budgets } from "../../schemas/Budget.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { BudgetExhausted, PriceUnknown } from "../../schemas/Reason.ts"
import { nextDay, nextMonth } from "./UtcPeriods.ts"

/**
 * One budget as it stands. **Units** micro-dollars; `freesAt`, the instant from which it counts anew, in milliseconds
 * since 1970, absent where it never does.
 */
export interface BudgetLine {
  readonly budget: BudgetName
  readonly limitUsdMicros: number
  readonly committedUsdMicros: number
  readonly freesAt?: number
}

/** What is committed in the day and the month of a request, in all and of its owner. **Units** micro-dollars. */
export interface Committed {
  readonly day: number
  readonly month: number
  readonly ownerDay: number
  readonly ownerMonth: number
}

/** Why money is not set aside. */
export type BudgetRefusal = typeof BudgetExhausted.Type | typeof PriceUnknown.Type

/** The budgets of days and months that are set, as they stand. **Units** `now` in milliseconds since 1970. */
export const budgetLines = (budgets: Budgets, committed: Committed, now: number): ReadonlyArray<BudgetLine> => {
  const line = (budget: BudgetName, committedUsdMicros: number, freesAt: number): ReadonlyArray<BudgetLine> => {
    const limitUsdMicros = budgets[budget]
    return limitUsdMicros === "none" ? [] : [{ budget, limitUsdMicros, committedUsdMicros, freesAt }]
  }
  return [
    ...line("perDay", committed.day, nextDay(now)),
    ...line("perMonth", committed.month, nextMonth(now)),
    ...line("perOwnerPerDay", committed.ownerDay, nextDay(now)),
    ...line("perOwnerPerMonth", committed.ownerMonth, nextMonth(now))
  ]
}

/** Whether a budget of a day or a month is set: without one nothing needs to be counted. */
export const hasBudgetInTime = (budgets: Budgets): boolean =>
  budgets.perDay !== "none" ||
  budgets.perMonth !== "none" ||
  budgets.perOwnerPerDay !== "none" ||
  budgets.perOwnerPerMonth !== "none"

/**
 * What can be said without counting: granted, refused for want of a price, or `count`, where a day or month has a budget.
 * The budget of a call is counted by the call.
 */
export const decideUncounted = (budgets: Budgets, bound: Cost): "granted" | "count" | BudgetRefusal => {
  if (bound.usdMicros === 0 || !hasBudget(budgets)) return "granted"
  if (bound.usdMicros === null) return { _tag: "PriceUnknown" }
  return hasBudgetInTime(budgets) ? "count" : "granted"
}

/** Whether any budget is set. */
export const hasBudget = (budgets: Budgets): boolean => budgets.perCall !== "none" || hasBudgetInTime(budgets)

/**
 * The refusal, or `undefined` where the bound is granted. Of several budgets that do not allow it the one is named that
 * frees last; a bound above the whole limit never fits.
 *
 * **Units** `leaving` in micro-dollars: what must be left besides, for what the same call is to pay afterwards.
 *
 * ```ts
 * import { decideBudgets } from "@ludeng/providers"
 *
 * const lines = [{ budget: "perCall", limitUsdMicros: 100, committedUsdMicros: 60 } as const]
 * decideBudgets(lines, { usdMicros: 40, basis: "estimated" }, 0) // => undefined
 * decideBudgets(lines, { usdMicros: 41, basis: "estimated" }, 0)?._tag // => "BudgetExhausted"
 * decideBudgets(lines, { usdMicros: null, basis: "unknown" }, 0) // => { _tag: "PriceUnknown" }
 * decideBudgets([], { usdMicros: null, basis: "unknown" }, 0) // => undefined
 * ```
 */
export const decideBudgets = (
  lines: ReadonlyArray<BudgetLine>,
  bound: Cost,
  now: number,
  leaving = 0
): BudgetRefusal | undefined => {
  if (lines.length === 0 || bound.usdMicros === 0) return undefined
  if (bound.usdMicros === null) return { _tag: "PriceUnknown" }
  const needed = bound.usdMicros + leaving
  const [last] = lines
    .filter((line) => line.committedUsdMicros + needed > line.limitUsdMicros)
    .toSorted((left, right) => freeingAt(right, needed) - freeingAt(left, needed))
  if (last === undefined) return undefined
  const { budget, committedUsdMicros, limitUsdMicros } = last
  const freesAt = freeingAt(last, needed)
  return {
    _tag: "BudgetExhausted",
    budget,
    limitUsdMicros,
    committedUsdMicros,
    neededUsdMicros: needed,
    ...(Number.isFinite(freesAt) ? { retryAfter: Duration.millis(Math.max(0, freesAt - now)) } : {})
  }
}

const freeingAt = ({ freesAt, limitUsdMicros }: BudgetLine, needed: number): number =>
  freesAt === undefined || needed > limitUsdMicros ? Number.POSITIVE_INFINITY : freesAt
