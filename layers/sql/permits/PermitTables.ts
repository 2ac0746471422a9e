/**
 * The tables of permits: one row for each permit, what had to be forgotten of each quota, and the clock that all
 * processes share. **Units** instants in milliseconds of that clock (`MachineClock.ts`).
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Migration } from "../OpenDatabase.ts"

/**
 * Makes the tables. Every write gets the next `change`, so that a process reads only what others have changed since it
 * last looked.
 */
export const permitTables: Migration = {
  name: "permits",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE permits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        quota TEXT NOT NULL,
        lease_until INTEGER NOT NULL,
        counted_at INTEGER,
        given_back INTEGER NOT NULL DEFAULT 0,
        change INTEGER NOT NULL
      )`
    yield* sql`CREATE UNIQUE INDEX permits_by_change ON permits (quota, change)`
    yield* sql`CREATE UNIQUE INDEX permits_by_id ON permits (quota, id)`
    yield* sql`
      CREATE TABLE forgotten (
        quota TEXT NOT NULL PRIMARY KEY,
        counted_until INTEGER NOT NULL,
        change INTEGER NOT NULL
      )`
    yield* sql`
      CREATE TABLE clock (
        machine TEXT NOT NULL,
        epoch REAL NOT NULL,
        at REAL NOT NULL,
        wall REAL NOT NULL,
        last_change INTEGER NOT NULL
      )`
  })
}
