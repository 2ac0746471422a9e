/**
 * The audit's own database: a power cut may lose the last moment of it, and nothing that was paid for stands in it alone.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import type { Home } from "../home/Home.ts"
import { layerDatabase, type Migration } from "../sql/OpenDatabase.ts"

/** The name of its file in the home. */
export const auditFile = "audit.db"

/**
 * The tables. A row's words stand in `content`, as JSON; `at` and `call_id` say the same again, to be searched by. **Units**
 * instants in milliseconds since 1970.
 */
const auditTables: Migration = {
  name: "audit",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE audit_rows (
        sequence INTEGER NOT NULL PRIMARY KEY,
        at BIGINT NOT NULL,
        call_id TEXT,
        content TEXT NOT NULL,
        link TEXT NOT NULL,
        seal TEXT
      )`
    yield* sql`CREATE INDEX audit_rows_by_call ON audit_rows (call_id, sequence) WHERE call_id IS NOT NULL`
    yield* sql`CREATE TABLE audit_pages (id TEXT NOT NULL PRIMARY KEY, through BIGINT NOT NULL, sealed TEXT NOT NULL)`
    yield* sql`CREATE INDEX audit_pages_by_row ON audit_pages (through)`
    yield* sql`
      CREATE TABLE audit_marks (
        name TEXT NOT NULL PRIMARY KEY,
        sequence BIGINT NOT NULL,
        link TEXT NOT NULL,
        seal TEXT NOT NULL
      )`
  })
}

/** Its client. **Errors** `ConfigurationError` where the file can not be used. */
export const layer: Layer.Layer<SqlClient.SqlClient, ConfigurationError, Home> = layerDatabase({
  fileName: auditFile,
  synchronous: "NORMAL",
  busyMillis: 0,
  migrations: [auditTables]
})
