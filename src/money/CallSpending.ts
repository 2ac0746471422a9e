/**
 * What one call has committed so far, everything nested in it included, for the budget `perCall`. A call lives in one
 * process, so this does too; its money is in the ledger besides.
 */
import * as Effect from "effect/Effect"
import type { BudgetLimit } from "../../schemas/Budget.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { MoneyRefused, Reservation } from "./CostLedger.ts"
import { type BudgetLine, type BudgetRefusal, decideBudgets } from "./DecideBudgets.ts"

/** What a call has committed. **Units** micro-dollars. */
export class CallSpending {
  #committed = 0

  /** The budget as it stands, if it is set. */
  lines(limit: BudgetLimit): ReadonlyArray<BudgetLine> {
    return limit === "none" ? [] : [{ budget: "perCall", limitUsdMicros: limit, committedUsdMicros: this.#committed }]
  }

  /** Commits a bound in one synchronous step, or says why not; nothing is then committed. */
  commit(limit: BudgetLimit, bound: Cost, leaving = 0): BudgetRefusal | undefined {
    const refusal = decideBudgets(this.lines(limit), bound, 0, leaving)
    if (refusal === undefined) this.#committed += bound.usdMicros ?? 0
    return refusal
  }

  /** What was committed as `bound` has come to `cost`, or to nothing. */
  settle(bound: Cost, cost: Cost | undefined): void {
    this.#committed += (cost?.usdMicros ?? 0) - (bound.usdMicros ?? 0)
  }

  /** Reserves in the ledger what the call's budget allows. **Units** `leaving` in micro-dollars, for what comes after. */
  reserve(
    limit: BudgetLimit,
    bound: Cost,
    leaving: number,
    inLedger: Effect.Effect<Reservation, MoneyRefused>
  ): Effect.Effect<Reservation, MoneyRefused> {
    return Effect.suspend(() => {
      const refusal = this.commit(limit, bound, leaving)
      if (refusal !== undefined) return Effect.fail(refusal)
      return inLedger.pipe(
        Effect.onError(() => Effect.sync(() => this.settle(bound, undefined))),
        Effect.map((reservation) => new CountedReservation(this, bound, reservation))
      )
    })
  }
}

/** A reservation of the ledger whose end is told to the call. */
class CountedReservation implements Reservation {
  readonly #spending: CallSpending
  readonly #bound: Cost
  readonly #inLedger: Reservation
  #isEnded = false

  constructor(spending: CallSpending, bound: Cost, inLedger: Reservation) {
    this.#spending = spending
    this.#bound = bound
    this.#inLedger = inLedger
  }

  settle(cost: Cost): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#end(cost)
      return this.#inLedger.settle(cost)
    })
  }

  get release(): Effect.Effect<void> {
    return Effect.suspend(() => {
      this.#end(undefined)
      return this.#inLedger.release
    })
  }

  #end(cost: Cost | undefined): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#spending.settle(this.#bound, cost)
  }
}
