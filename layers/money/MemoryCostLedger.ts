/**
 * Money in memory: for tests, for `Mock.layer`, and for programs that keep no accounts beyond their own life. Budgets
 * hold for this process alone.
 *
 * Every step (look up, decide, count) is one synchronous block: no fiber can see half of it. A hold under a reference is
 * settled or released once: later moves with the same reference change nothing, as long as it is among the last 2048
 * that have ended.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Budgets } from "../../schemas/Budget.ts"
import type { Cost } from "../../schemas/Money.ts"
import {
  CostLedger,
  type MoneyMove,
  type Purpose,
  type Reservation,
  type ReservationKey
} from "../../src/money/CostLedger.ts"
import { budgetLines, type BudgetRefusal, decideBudgets, decideUncounted } from "../../src/money/DecideBudgets.ts"
import { sumTotals } from "../../src/money/SumCosts.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { type Holding, MemoryAccounts } from "./MemoryAccounts.ts"
import { RecentReferences } from "./RecentReferences.ts"

/** How many references that have ended are remembered, so that memory stays flat however long a program runs. */
const rememberedEnds = 2_048

/** The ledger in memory. */
export const layer: Layer.Layer<CostLedger, never, LiveSettings> = Layer.effect(
  CostLedger,
  Effect.gen(function* () {
    const settings = yield* LiveSettings
    const clock = yield* Clock.Clock
    const accounts = new MemoryAccounts()
    const held = new Map<string, Holding>()
    const ended = new RecentReferences(rememberedEnds)

    const refusalOf = (
      { leaving, owner }: Purpose,
      bound: Cost,
      budgets: Budgets,
      now: number
    ): BudgetRefusal | undefined => {
      const uncounted = decideUncounted(budgets, bound)
      if (uncounted === "granted") return undefined
      if (uncounted !== "count") return uncounted
      return decideBudgets(budgetLines(budgets, accounts.committed(owner, now), now), bound, now, leaving)
    }

    const setAside = (purpose: Purpose, bound: Cost, budgets: Budgets): BudgetRefusal | Holding => {
      const now = clock.currentTimeMillisUnsafe()
      return refusalOf(purpose, bound, budgets, now) ?? accounts.hold(purpose, bound, now)
    }

    const budgetsNow = (): Budgets => settings.latest().settings.budget

    const holdNow = (key: ReservationKey, bound: Cost, budgets: Budgets): BudgetRefusal | undefined => {
      if (ended.has(key.reference) || held.has(key.reference)) return undefined
      const holding = setAside(key, bound, budgets)
      if ("_tag" in holding) return holding
      held.set(key.reference, holding)
      return undefined
    }

    const moveNow = (key: ReservationKey, move: MoneyMove): void => {
      if (ended.has(key.reference) || move._tag === "Keep") return
      const holding = held.get(key.reference)
      if (holding === undefined && move._tag === "Release") return
      held.delete(key.reference)
      ended.add(key.reference)
      const spent = holding ?? accounts.hold(key, nothingHeld, clock.currentTimeMillisUnsafe())
      spent.end(move._tag === "Settle" ? move.cost : undefined)
    }

    return {
      hold: (key, bound) =>
        Effect.suspend(() => {
          const refusal = holdNow(key, bound, budgetsNow())
          return refusal === undefined ? Effect.void : Effect.fail(refusal)
        }),
      move: (key, move) => Effect.sync(() => moveNow(key, move)),
      reserve: (purpose, bound) =>
        Effect.suspend(() => {
          const holding = setAside(purpose, bound, budgetsNow())
          return "_tag" in holding ? Effect.fail(holding) : Effect.succeed(new HeldForAttempt(holding))
        }),
      budgets: (owner) =>
        Effect.sync(() => {
          const now = clock.currentTimeMillisUnsafe()
          return budgetLines(budgetsNow(), accounts.committed(owner, now), now)
        }),
      totals: (owner) =>
        Effect.sync(() => sumTotals(accounts.lines().filter((it) => owner === undefined || it.owner === owner))),
      lines: ({ owner, since, until } = {}) =>
        Effect.sync(() =>
          accounts
            .lines()
            .filter((it) => owner === undefined || it.owner === owner)
            .filter((it) => (since === undefined || it.day >= since) && (until === undefined || it.day <= until))
        )
    }
  })
)

const nothingHeld: Cost = { usdMicros: 0, basis: "measured" }

/** What one attempt holds. */
class HeldForAttempt implements Reservation {
  readonly #holding: Holding

  constructor(holding: Holding) {
    this.#holding = holding
  }

  settle(cost: Cost): Effect.Effect<void> {
    return Effect.sync(() => this.#holding.end(cost))
  }

  get release(): Effect.Effect<void> {
    return Effect.sync(() => this.#holding.end())
  }
}
