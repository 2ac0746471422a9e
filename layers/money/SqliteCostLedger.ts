/**
 * Money in the ledger's database. Every step (look up, decide, count) is one transaction, alone or as part of a job's, so
 * a process that is killed leaves all of it or nothing, and several processes on one file share their budgets.
 *
 * On start, and before anything is told, attempts of processes that are gone are settled at their bound, as estimates: what
 * they cost nobody will know. What is held for jobs stays, as their rows do.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Cost } from "../../schemas/Money.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { CostLedger, type Purpose, type Reservation } from "../../src/money/CostLedger.ts"
import {
  budgetLines,
  type BudgetRefusal,
  decideBudgets,
  decideUncounted,
  hasBudgetInTime
} from "../../src/money/DecideBudgets.ts"
import { sumTotals } from "../../src/money/SumCosts.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { homeProblem } from "../home/Home.ts"
import { makeHolder } from "../job/LedgerHolder.ts"
import { inTransaction } from "../sql/InTransaction.ts"
import { orStorageFailed, sqlFailed } from "../sql/SqlFailure.ts"
import { accountOf, committed, lines } from "./SqliteAccounts.ts"
import {
  endAbandoned,
  endAllOf,
  endAttempt,
  endJob,
  holdOf,
  noLease,
  setAside,
  spendWithoutHold
} from "./SqliteHolds.ts"

/** The ledger. **Errors** `ConfigurationError` where the tables can not be used. */
export const layer: Layer.Layer<CostLedger, ConfigurationError, SqlClient.SqlClient | LiveSettings> = Layer.effect(
  CostLedger,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const settings = yield* LiveSettings
    const holder = yield* makeHolder
    let attempts = 0

    /** A step of the ledger: whole or not at all, also for whoever is interrupted in it. */
    const step = <A, E>(name: string, body: Effect.Effect<A, E | SqlError>) =>
      inTransaction(sql, body).pipe(orStorageFailed(name), Effect.uninterruptible)

    yield* Effect.mapError(step("closing the accounts of attempts", endAbandoned(sql, holder)), ({ detail }) =>
      homeProblem(`its money can not be counted: ${detail}`, "a database that can be written to")
    )
    yield* Effect.addFinalizer(() =>
      Effect.ignore(step("closing the accounts of attempts", endAllOf(sql, holder)), { log: "Warn" })
    )

    /** Whether what has just been set aside passes a budget. */
    const refusalOf = Effect.fnUntraced(function* (
      { leaving, owner }: Purpose,
      bound: Cost,
      now: number
    ): Effect.fn.Return<BudgetRefusal | undefined, SqlError> {
      const own = bound.usdMicros ?? 0
      const { day, month, ownerDay, ownerMonth } = yield* committed(sql, owner, now)
      const before = { day: day - own, month: month - own, ownerDay: ownerDay - own, ownerMonth: ownerMonth - own }
      return decideBudgets(budgetLines(settings.latest().settings.budget, before, now), bound, now, leaving)
    })

    const holdNow = Effect.fnUntraced(function* (
      reference: string,
      purpose: Purpose,
      bound: Cost,
      leaseMillis: number | undefined
    ) {
      const uncounted = decideUncounted(settings.latest().settings.budget, bound)
      if (typeof uncounted !== "string") return yield* Effect.fail(uncounted)
      const now = yield* Clock.currentTimeMillis
      const lease = leaseMillis === undefined ? noLease : { holder, lease_until: now + Math.ceil(leaseMillis) }
      // Before it is looked up: where transactions run beside one another, those on one budget follow one another so.
      yield* setAside(sql, reference, accountOf(purpose, now), bound.usdMicros, lease)
      const refusal = uncounted === "count" ? yield* refusalOf(purpose, bound, now) : undefined
      // The failure takes the whole step back.
      if (refusal !== undefined) return yield* Effect.fail(refusal)
    })

    const end = (reference: string, cost: Cost | undefined): Effect.Effect<void> =>
      Effect.catch(step("settling an attempt", endAttempt(sql, reference, cost)), logUnsettled)

    return CostLedger.of({
      hold: (key, bound) =>
        step(
          "holding money",
          Effect.flatMap(holdOf(sql, key.reference), (row) =>
            row === undefined ? holdNow(key.reference, key, bound, undefined) : Effect.void
          )
        ),
      move: (key, move) =>
        move._tag === "Keep"
          ? Effect.void
          : step(
              "moving money",
              Effect.gen(function* () {
                const row = yield* holdOf(sql, key.reference)
                const cost = move._tag === "Settle" ? move.cost : undefined
                if (row !== undefined && Number(row.is_held) !== 0) return yield* endJob(sql, row, cost)
                if (row !== undefined || cost === undefined) return
                const account = accountOf(key, yield* Clock.currentTimeMillis)
                yield* spendWithoutHold(sql, key.reference, account, cost)
              })
            ),
      reserve: (purpose, bound, leaseMillis) =>
        Effect.suspend(() => {
          attempts += 1
          const reference = `attempt:${holder}:${attempts}`
          const reservation: Reservation = {
            settle: (cost) => end(reference, cost),
            release: end(reference, undefined)
          }
          return Effect.as(step("reserving money", holdNow(reference, purpose, bound, leaseMillis)), reservation)
        }),
      budgets: Effect.fnUntraced(function* (owner) {
        const { budget } = settings.latest().settings
        if (!hasBudgetInTime(budget)) return []
        const now = yield* Clock.currentTimeMillis
        const counted = yield* Effect.mapError(committed(sql, owner, now), sqlFailed("reading the budgets"))
        return budgetLines(budget, counted, now)
      }),
      totals: (owner) =>
        Effect.map(
          step(
            "adding up money",
            Effect.andThen(endAbandoned(sql, holder), lines(sql, owner === undefined ? {} : { owner }))
          ),
          sumTotals
        ),
      lines: (query = {}) => step("listing money", Effect.andThen(endAbandoned(sql, holder), lines(sql, query)))
    })
  })
)

/** The money stays reserved, which is safe: it is settled at its bound when the ledger closes, or its lease is over. */
const logUnsettled = ({ detail }: typeof StorageFailed.Type): Effect.Effect<void> =>
  Effect.logError("the money of an attempt could not be settled; it will count at its bound").pipe(
    Effect.annotateLogs({ detail })
  )
