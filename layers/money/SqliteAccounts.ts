/**
 * The books of the ledger in a database: each function is part of a transaction of whoever calls it. They only count;
 * whether anything may be set aside is decided elsewhere.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Owner } from "../../schemas/Identifiers.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { CostLine, CostQuery, Purpose } from "../../src/money/CostLedger.ts"
import type { Committed } from "../../src/money/DecideBudgets.ts"
import { inOrder } from "../../src/money/SumCosts.ts"
import { dayOf, monthOf } from "../../src/money/UtcPeriods.ts"

/** Which account: the day of the reserving, and whose money it is. */
export type AccountName = Pick<CostLine, "day" | "owner" | "provider" | "operation">

/** The account of a purpose on the day of an instant. **Units** milliseconds since 1970. */
export const accountOf = ({ operation, owner, provider }: Purpose, now: number): AccountName => ({
  day: dayOf(now),
  owner,
  provider,
  operation
})

/** What changes in an account. **Units** micro-dollars, and for `unpriced` settlements. */
export interface Change {
  readonly reserved: number
  readonly spent: number
  readonly estimated: number
  readonly unpriced: number
}

/** Of an amount that is set aside; `null` where nobody knows it. */
export const holding = (amount: number | null): Change => ({
  reserved: amount ?? 0,
  spent: 0,
  estimated: 0,
  unpriced: 0
})

/** Of an amount that is not set aside any more, and of what was spent of it, if anything. */
export const ending = (amount: number | null, cost: Cost | undefined): Change => {
  const spent = cost?.usdMicros ?? 0
  return {
    reserved: -(amount ?? 0),
    spent,
    estimated: cost?.basis === "estimated" ? spent : 0,
    unpriced: cost?.usdMicros === null ? 1 : 0
  }
}

/** The owner of the periods that count all owners together. */
const everybody = ""

/** Changes an account, and what is committed in its day and month. */
export const change = (sql: SqlClient, account: AccountName, by: Change): Effect.Effect<void, SqlError> => {
  const used = by.reserved + by.spent
  const row = { ...account, granted: used, ...by }
  const counted = Effect.asVoid(sql`
    INSERT INTO money_days ${sql.insert(row)}
    ON CONFLICT (day, owner, provider, operation) DO UPDATE SET
      granted = CASE
        WHEN money_days.granted < money_days.reserved + money_days.spent + excluded.reserved + excluded.spent
        THEN money_days.reserved + money_days.spent + excluded.reserved + excluded.spent
        ELSE money_days.granted
      END,
      reserved = money_days.reserved + excluded.reserved,
      spent = money_days.spent + excluded.spent,
      estimated = money_days.estimated + excluded.estimated,
      unpriced = money_days.unpriced + excluded.unpriced`)
  if (used === 0) return counted
  const { day, owner } = account
  const month = monthOf(day)
  const periods = [
    { period: day, owner: everybody, committed: used },
    { period: day, owner, committed: used },
    { period: month, owner: everybody, committed: used },
    { period: month, owner, committed: used }
  ] as const
  return Effect.andThen(
    counted,
    sql`
      INSERT INTO money_periods ${sql.insert(periods)}
      ON CONFLICT (period, owner) DO UPDATE SET committed = money_periods.committed + excluded.committed`
  )
}

/** What counts against the budgets of an owner at an instant. **Units** milliseconds since 1970. */
export const committed = (sql: SqlClient, owner: Owner, now: number): Effect.Effect<Committed, SqlError> => {
  const day = dayOf(now)
  const month = monthOf(day)
  return Effect.map(
    sql<{ readonly period: string; readonly owner: string; readonly committed: number }>`
      SELECT period, owner, committed FROM money_periods
      WHERE period IN (${day}, ${month}) AND owner IN (${everybody}, ${owner})`,
    (rows) => {
      const of = (period: string, whose: string) =>
        Number(rows.find((it) => it.period === period && it.owner === whose)?.committed ?? 0)
      return {
        day: of(day, everybody),
        month: of(month, everybody),
        ownerDay: of(day, owner),
        ownerMonth: of(month, owner)
      }
    }
  )
}

/** The accounts, the oldest day first. */
export const lines = (
  sql: SqlClient,
  { owner, since, until }: CostQuery
): Effect.Effect<ReadonlyArray<CostLine>, SqlError> => {
  const wanted = [
    ...(owner === undefined ? [] : [sql`owner = ${owner}`]),
    ...(since === undefined ? [] : [sql`day >= ${since}`]),
    ...(until === undefined ? [] : [sql`day <= ${until}`])
  ]
  return Effect.map(sql<Omit<CostLine, "available">>`SELECT * FROM money_days WHERE ${sql.and(wanted)}`, (rows) =>
    inOrder(
      rows.map((row) => {
        const { estimated, granted, reserved, spent, unpriced } = amountsOf(row)
        const { day, operation, owner: whose, provider } = row
        const available = granted - reserved - spent
        return { day, owner: whose, provider, operation, granted, reserved, spent, available, estimated, unpriced }
      })
    )
  )
}

// A driver may give large integers as texts.
const amountsOf = (row: Omit<CostLine, "available">) => ({
  granted: Number(row.granted),
  reserved: Number(row.reserved),
  spent: Number(row.spent),
  estimated: Number(row.estimated),
  unpriced: Number(row.unpriced)
})
