/**
 * Which budgets an owner may see: those of a call and his own. One that holds for all owners together tells what the others
 * have spent, and is for whoever operates the program. Pure.
 */
import type { BudgetName } from "../../schemas/Budget.ts"
import type { AccessScope } from "../../schemas/http-face/Middleware.ts"

const isShared: Readonly<Record<BudgetName, boolean>> = {
  perCall: false,
  perDay: true,
  perMonth: true,
  perOwnerPerDay: false,
  perOwnerPerMonth: false
}

/** Whether all owners draw on it. */
export const isSharedBudget = (budget: string): boolean =>
  Object.hasOwn(isShared, budget) && isShared[budget as BudgetName]

/** The lines that whoever has these scopes may see. */
export const visibleBudgets = <Line extends { readonly budget: BudgetName }>(
  lines: ReadonlyArray<Line>,
  scopes: ReadonlyArray<AccessScope>
): ReadonlyArray<Line> => (scopes.includes("operate") ? lines : lines.filter(({ budget }) => !isShared[budget]))
