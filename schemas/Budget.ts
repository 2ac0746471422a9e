/**
 * Budgets: how much may be reserved and spent, by call, by day and by month (UTC), in all and for each owner.
 *
 * A budget bounds what is reserved and spent together, so that what is under way counts before its price is known. What
 * follows from them is decided in `src/money/DecideBudgets.ts`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { UsdMicros } from "./Money.ts"

/** The budgets there are, by the fields that set them. */
export const BudgetName = Schema.Literals(["perCall", "perDay", "perMonth", "perOwnerPerDay", "perOwnerPerMonth"])
export type BudgetName = typeof BudgetName.Type

/** The limit of one budget. **Units** micro-dollars, a whole number from 0 (nothing may be paid), or `none`. */
export const BudgetLimit = Schema.Union([UsdMicros, Schema.Literal("none")])
export type BudgetLimit = typeof BudgetLimit.Type

const limit = BudgetLimit.pipe(Schema.withDecodingDefaultKey(Effect.succeed("none" as const)))

/**
 * The limits of all budgets, default `none`.
 *
 * **Details** `perDay` and `perMonth` hold for all owners together, `perOwnerPerDay` and `perOwnerPerMonth` for each of
 * them; `perCall` for a call with everything nested in it. A day ends at midnight UTC, and what is reserved belongs to
 * the day and month in which that was done, whenever it is settled.
 */
export const Budgets = Schema.Struct({
  perCall: limit,
  perDay: limit,
  perMonth: limit,
  perOwnerPerDay: limit,
  perOwnerPerMonth: limit
})
export interface Budgets extends Schema.Schema.Type<typeof Budgets> {}
