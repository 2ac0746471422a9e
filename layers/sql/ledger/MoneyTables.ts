/**
 * The tables of money. `money_days` has the accounts by day, owner, provider and operation; `money_periods` what is
 * committed in each day and month, of each owner and (owner `''`) of all, so that a budget is checked by looking up four
 * rows; `money_holds` what is set aside now, and which jobs' money has moved. **Units** micro-dollars, and milliseconds
 * since 1970.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Migration } from "../OpenDatabase.ts"

/** Makes the tables. */
export const moneyTables: Migration = {
  name: "money",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE money_days (
        day TEXT NOT NULL,
        owner TEXT NOT NULL,
        provider TEXT NOT NULL,
        operation TEXT NOT NULL,
        granted BIGINT NOT NULL,
        reserved BIGINT NOT NULL,
        spent BIGINT NOT NULL,
        estimated BIGINT NOT NULL,
        unpriced BIGINT NOT NULL,
        PRIMARY KEY (day, owner, provider, operation)
      )`
    yield* sql`
      CREATE TABLE money_periods (
        period TEXT NOT NULL,
        owner TEXT NOT NULL,
        committed BIGINT NOT NULL,
        PRIMARY KEY (period, owner)
      )`
    yield* sql`
      CREATE TABLE money_holds (
        reference TEXT NOT NULL PRIMARY KEY,
        is_held BIGINT NOT NULL,
        day TEXT NOT NULL,
        owner TEXT NOT NULL,
        provider TEXT NOT NULL,
        operation TEXT NOT NULL,
        amount BIGINT,
        holder TEXT,
        lease_until BIGINT NOT NULL
      )`
    yield* sql`CREATE INDEX money_holds_by_holder ON money_holds (holder, lease_until) WHERE holder IS NOT NULL`
  })
}
