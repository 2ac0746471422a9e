/**
 * The audit's rows in a database of their own. Whoever writes reads the end of the chain in the same transaction, so that
 * several processes make one chain.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { type AuditCommit, AuditStore } from "../../src/audit/AuditStore.ts"
import type { ChainRow, ChainState, Mark } from "../../src/audit/Chain.ts"
import type { Home } from "../home/Home.ts"
import { sqlFailed } from "../sql/SqlFailure.ts"
import * as AuditDatabase from "./AuditDatabase.ts"

/** Rows that are inserted by one statement. */
const rowsAtOnce = 32

const insertOf = (table: string, columns: number, rows: number): string =>
  `INSERT INTO ${table} VALUES ${Array.from({ length: rows }, () => `(${Array.from({ length: columns }, () => "?").join(",")})`).join(",")}`

const insertRows = insertOf("audit_rows", 6, rowsAtOnce)

const valuesOf = ({ at, callId, content, link, seal, sequence }: ChainRow) => [
  sequence,
  at,
  callId,
  content,
  link,
  seal
]

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const readState = Effect.gen(function* () {
    const marks = yield* sql<Mark & { readonly name: string }>`SELECT name, sequence, link, seal FROM audit_marks`
    const [last] = yield* sql<ChainRow>`SELECT sequence, link FROM audit_rows ORDER BY sequence DESC LIMIT 1`
    const mark = (name: string) => marks.find((it) => it.name === name)
    return { start: mark("start"), end: mark("end"), last } satisfies ChainState
  })

  const insertAll = Effect.fnUntraced(function* (rows: ReadonlyArray<ChainRow>): Effect.fn.Return<void, SqlError> {
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      const some = rows.slice(at, at + rowsAtOnce)
      const statement = some.length === rowsAtOnce ? insertRows : insertOf("audit_rows", 6, some.length)
      yield* sql.unsafe(statement, some.flatMap(valuesOf)).raw
    }
  })

  const putMark = (name: "start" | "end", { link, seal, sequence }: Mark) =>
    sql`
      INSERT INTO audit_marks (name, sequence, link, seal) VALUES (${name}, ${sequence}, ${link}, ${seal})
      ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence, link = excluded.link, seal = excluded.seal`

  const apply = Effect.fnUntraced(function* ({ end, pages, rows, start }: AuditCommit) {
    yield* insertAll(rows)
    for (const { id, sealed, through } of pages) {
      yield* sql`INSERT INTO audit_pages (id, through, sealed) VALUES (${id}, ${through}, ${sealed})`
    }
    yield* putMark("end", end)
    if (start === undefined) return
    yield* putMark("start", start)
    yield* sql`DELETE FROM audit_rows WHERE sequence <= ${start.sequence}`
    yield* sql`DELETE FROM audit_pages WHERE through <= ${start.sequence}`
  })

  const reading = <A>(step: string, read: Effect.Effect<A, SqlError>) => Effect.mapError(read, sqlFailed(step))
  const rowsWhere = sql.literal('sequence, at, call_id AS "callId", content, link, seal')

  return AuditStore.of({
    commit: (decide) =>
      sql
        .withTransaction(
          Effect.flatMap(readState, (state) => {
            const commit = decide(state)
            return commit === undefined ? Effect.void : apply(commit)
          })
        )
        .pipe(Effect.mapError(sqlFailed("writing the audit"))),
    state: reading("reading the end of the audit", sql.withTransaction(readState)),
    rowsAfter: (after, limit) =>
      reading(
        "reading the audit",
        sql<ChainRow>`SELECT ${rowsWhere} FROM audit_rows WHERE sequence > ${after} ORDER BY sequence LIMIT ${limit}`
      ),
    rowsBefore: (before, limit) =>
      reading(
        "reading the audit",
        sql<ChainRow>`SELECT ${rowsWhere} FROM audit_rows WHERE sequence < ${before} ORDER BY sequence DESC LIMIT ${limit}`
      ),
    rowsOfCall: (callId) =>
      reading(
        "reading the audit",
        sql<ChainRow>`SELECT ${rowsWhere} FROM audit_rows WHERE call_id = ${callId} ORDER BY sequence`
      ),
    page: (id) =>
      reading(
        "reading the audit",
        Effect.map(
          sql<{ readonly sealed: string }>`SELECT sealed FROM audit_pages WHERE id = ${id}`,
          ([page]) => page?.sealed
        )
      ),
    bytes: reading(
      "measuring the audit",
      Effect.map(
        sql<{ readonly bytes: number }>`
          SELECT (page_count - freelist_count) * page_size AS bytes
          FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()`,
        ([size]) => size?.bytes ?? 0
      )
    )
  })
})

/** The store over a client of the audit's database. */
export const layerOverClient: Layer.Layer<AuditStore, never, SqlClient.SqlClient> = Layer.effect(AuditStore, make)

/** The store. **Errors** `ConfigurationError` that names `LUDENG_HOME` where the database can not be used. */
export const layer: Layer.Layer<AuditStore, ConfigurationError, Home> = layerOverClient.pipe(
  Layer.provide(AuditDatabase.layer)
)
