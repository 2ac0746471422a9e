/**
 * The table of dead letters. What people wrote stands in `sealed`, which is null where it was discarded; `facts` holds the
 * rest of the letter as JSON, and the other columns are those that are searched by. **Units** instants in milliseconds
 * since 1970.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Migration } from "../OpenDatabase.ts"

/** Makes the table. A call has one letter, and so has a job; `place` is the order in which they came. */
export const deadLetterTable: Migration = {
  name: "dead letters",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE dead_letters (
        place INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        call_id TEXT NOT NULL UNIQUE,
        job_id TEXT UNIQUE,
        owner TEXT NOT NULL,
        reason TEXT NOT NULL,
        state TEXT NOT NULL,
        failed_at BIGINT NOT NULL,
        facts TEXT NOT NULL,
        sealed TEXT
      )`
    yield* sql`CREATE INDEX dead_letters_by_owner ON dead_letters (owner, place)`
    yield* sql`CREATE INDEX dead_letters_by_age ON dead_letters (failed_at)`
  })
}
