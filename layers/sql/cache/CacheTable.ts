/**
 * The table of kept responses. What people wrote stands in `sealed`. **Units** `bytes` as the cache counts them; instants
 * in milliseconds since 1970.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Migration } from "../OpenDatabase.ts"

/** Makes the table. The order of use is an index that holds all that is asked of it. */
export const cacheTable: Migration = {
  name: "responses",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE responses (
        key TEXT NOT NULL PRIMARY KEY,
        stored_at BIGINT NOT NULL,
        used_at BIGINT NOT NULL,
        bytes BIGINT NOT NULL,
        sealed TEXT NOT NULL
      )`
    yield* sql`CREATE INDEX responses_by_use ON responses (used_at, key, bytes)`
    yield* sql`CREATE INDEX responses_by_age ON responses (stored_at)`
  })
}
