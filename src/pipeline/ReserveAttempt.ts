/**
 * The money of one attempt, set aside before it is sent: by the call's own budget, then by the ledger.
 */
import type * as Effect from "effect/Effect"
import type { StoppedBy } from "../../schemas/Failures.ts"
import type { CostLedger, MoneyRefused, Reservation } from "../money/CostLedger.ts"
import type { Run } from "./Run.ts"

/** Reserves the bound. **Units** `leaseMillis` milliseconds. */
export const reserveAttempt = <A>(
  ledger: CostLedger["Service"],
  { call, plan }: Run<A>,
  leaseMillis: number
): Effect.Effect<Reservation, MoneyRefused> => {
  const { callId, leaving = 0, owner, settings, spending } = call
  const { bound, operation, provider } = plan
  const { perCall } = settings.settings.budget
  const reserved = ledger.reserve({ callId, owner, provider, operation, leaving }, bound, leaseMillis)
  return perCall === "none" ? reserved : spending.reserve(perCall, bound, leaving, reserved)
}

/** What ended the retrying of a call that was refused the money for its next attempt. */
export const stoppedByMoney = (refusal: MoneyRefused): StoppedBy =>
  refusal._tag === "StorageFailed" ? "StorageFailed" : "BudgetExhausted"
