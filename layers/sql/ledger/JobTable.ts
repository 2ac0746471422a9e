/**
 * The table of image jobs. What people wrote stands in `sealed`; `facts` holds the rest of the row as JSON, and the other
 * columns are those that are searched by. **Units** instants in milliseconds since 1970.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { Migration } from "../OpenDatabase.ts"

/** Makes the table and its indexes; each search of the ledger has one, so that none grows with the table. */
export const jobTable: Migration = {
  name: "jobs",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE jobs (
        id TEXT NOT NULL PRIMARY KEY,
        owner TEXT NOT NULL,
        idempotency_key TEXT,
        request_hash TEXT NOT NULL,
        provider_job_id TEXT,
        state TEXT NOT NULL,
        priority BIGINT NOT NULL,
        due_at BIGINT NOT NULL,
        lease_holder TEXT,
        lease_until BIGINT NOT NULL,
        revision BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        facts TEXT NOT NULL,
        sealed TEXT NOT NULL
      )`
    yield* sql`CREATE UNIQUE INDEX jobs_by_key ON jobs (owner, idempotency_key) WHERE idempotency_key IS NOT NULL`
    yield* sql`CREATE INDEX jobs_by_provider_id ON jobs (provider_job_id) WHERE provider_job_id IS NOT NULL`
    yield* sql`CREATE INDEX jobs_by_owner ON jobs (owner, created_at, id)`
    yield* sql`CREATE INDEX jobs_by_request ON jobs (owner, request_hash, updated_at) WHERE state = 'Stored'`
    yield* sql`
      CREATE INDEX jobs_by_due ON jobs (priority, due_at)
      WHERE state IN ('Queued', 'Submitting', 'Submitted', 'Running')`
    yield* sql`CREATE INDEX jobs_by_holder ON jobs (lease_holder) WHERE lease_holder IS NOT NULL`
  })
}
