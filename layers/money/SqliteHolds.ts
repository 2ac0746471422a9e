/**
 * What is set aside, in a database: the rows that say whose money waits for what. Each function is part of a transaction
 * of whoever calls it.
 *
 * The money of a job has no holder: its job's row decides about it, whatever becomes of a process. The money of an attempt
 * belongs to the process that sends it; where that is gone, nobody knows what it cost, so it has cost its bound.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Cost } from "../../schemas/Money.ts"
import { isGone } from "../job/LedgerHolder.ts"
import { type AccountName, change, ending, holding } from "./SqliteAccounts.ts"

/** Money set aside, or a job's whose money has moved (`is_held` 0). */
export interface HoldRow extends AccountName {
  readonly reference: string
  readonly is_held: number
  readonly amount: number | null
}

/** Who holds the money of an attempt, and until when he must have ended it. **Units** milliseconds since 1970. */
export interface AttemptLease {
  readonly holder: string | null
  readonly lease_until: number
}

/** Of a job. */
export const noLease: AttemptLease = { holder: null, lease_until: 0 }

/** What is known under a reference. */
export const holdOf = (sql: SqlClient, reference: string): Effect.Effect<HoldRow | undefined, SqlError> =>
  Effect.map(sql<HoldRow>`SELECT * FROM money_holds WHERE reference = ${reference}`, ([row]) => row)

/** Sets an amount aside. */
export const setAside = (
  sql: SqlClient,
  reference: string,
  account: AccountName,
  amount: number | null,
  lease: AttemptLease
): Effect.Effect<void, SqlError> =>
  Effect.andThen(
    sql`INSERT INTO money_holds ${sql.insert({ reference, is_held: 1, ...account, amount, ...lease })}`,
    change(sql, account, holding(amount))
  )

/** Ends what is held for a job; its reference stays known. */
export const endJob = (sql: SqlClient, row: HoldRow, cost: Cost | undefined): Effect.Effect<void, SqlError> =>
  Effect.andThen(
    sql`UPDATE money_holds SET is_held = 0 WHERE reference = ${row.reference}`,
    change(sql, accountIn(row), ending(row.amount, cost))
  )

/** Spends what no hold was made for, and remembers its reference. */
export const spendWithoutHold = (
  sql: SqlClient,
  reference: string,
  account: AccountName,
  cost: Cost
): Effect.Effect<void, SqlError> =>
  Effect.andThen(
    sql`INSERT INTO money_holds ${sql.insert({ reference, is_held: 0, ...account, amount: 0, ...noLease })}`,
    change(sql, account, ending(0, cost))
  )

/** Ends what is held for an attempt, unless it has ended before. */
export const endAttempt = (sql: SqlClient, reference: string, cost: Cost | undefined): Effect.Effect<void, SqlError> =>
  Effect.flatMap(sql<HoldRow>`DELETE FROM money_holds WHERE reference = ${reference} RETURNING *`, ([row]) =>
    row === undefined ? Effect.void : change(sql, accountIn(row), ending(row.amount, cost))
  )

/** Settles at their bound the attempts of other holders that are gone, or whose lease is over. */
export const endAbandoned = (sql: SqlClient, own: string): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const holders = yield* sql<{ readonly holder: string }>`
      SELECT DISTINCT holder FROM money_holds WHERE holder IS NOT NULL AND holder <> ${own}`
    if (holders.length === 0) return
    const gone = holders.map((it) => it.holder).filter(isGone)
    const now = yield* Clock.currentTimeMillis
    const isOver = sql`holder IS NOT NULL AND holder <> ${own} AND lease_until <= ${now}`
    const abandoned = gone.length === 0 ? isOver : sql`(${isOver}) OR ${sql.in("holder", gone)}`
    yield* settleAtBound(sql, yield* sql<HoldRow>`SELECT * FROM money_holds WHERE ${abandoned}`)
  })

/** Settles at their bound the attempts of one holder. */
export const endAllOf = (sql: SqlClient, holder: string): Effect.Effect<void, SqlError> =>
  Effect.flatMap(sql<HoldRow>`SELECT * FROM money_holds WHERE holder = ${holder}`, (rows) => settleAtBound(sql, rows))

const settleAtBound = (sql: SqlClient, rows: ReadonlyArray<HoldRow>) =>
  Effect.forEach(
    rows,
    ({ amount, reference }) =>
      endAttempt(
        sql,
        reference,
        amount === null ? { usdMicros: null, basis: "unknown" } : { usdMicros: Number(amount), basis: "estimated" }
      ),
    { discard: true }
  )

const accountIn = ({ day, operation, owner, provider }: HoldRow): AccountName => ({ day, owner, provider, operation })
