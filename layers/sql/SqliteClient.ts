/**
 * Effect's `SqlClient` over `node:sqlite`: one connection, whose transactions follow one another. It stands where the
 * official driver will: no store knows which of the two it speaks to.
 *
 * **Gotchas** A statement blocks the event loop while it runs, so rows are small and pictures are files. While another
 * process holds the lock, a statement blocks it for `busyMillis` at most, then waits without blocking, `lockTimeout` in
 * all.
 */
import { closeSync, openSync } from "node:fs"
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type * as SqlConnection from "effect/sql/SqlConnection"
import * as SqlError from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Stream from "effect/Stream"

/**
 * The database's file, made where it is missing, and readable by its owner alone; and how durable a transaction is:
 * `FULL` survives a power cut, `NORMAL` may lose the last ones then, but neither loses one when the process is killed.
 */
export interface SqliteOptions {
  readonly file: string
  readonly synchronous: "FULL" | "NORMAL"
  /**
   * How long a statement blocks the event loop for another process's lock, default 50 ms; 0 where nobody waits for the
   * statement.
   */
  readonly busyMillis?: number
}

const defaultBusyMillis = 50

/** How long a statement waits for another process's lock in all. */
const lockTimeout = "5 seconds"

const preparedStatements = 256

const beginTransaction = "BEGIN IMMEDIATE"

/** Opens the database for as long as the scope lives. **Errors** `SqlError`. */
export const makeSqliteClient = Effect.fnUntraced(function* (
  options: SqliteOptions
): Effect.fn.Return<SqlClient.SqlClient, SqlError.SqlError, Scope.Scope> {
  const database = yield* Effect.acquireRelease(openUnlocked(options), (it) => Effect.sync(() => it.close()))
  const connection = connectionOver(database)
  const turn = yield* Semaphore.make(1)
  return yield* SqlClient.make({
    acquirer: turn.withPermits(1)(Effect.succeed(connection)),
    transactionAcquirer: Effect.uninterruptibleMask((restore) =>
      Effect.withFiber((fiber) => {
        const scope = Context.getUnsafe(fiber.context, Scope.Scope)
        return Effect.as(
          Effect.tap(restore(turn.take(1)), () => Scope.addFinalizer(scope, turn.release(1))),
          connection
        )
      })
    ),
    compiler: Statement.makeCompilerSqlite(),
    driver: "node:sqlite",
    beginTransaction,
    spanAttributes: [["db.system.name", "sqlite"]]
  }).pipe(Effect.provide(Reactivity.layer))
})

/**
 * Opens the file, and waits for another process that holds it: the first to open a new database holds it until its form
 * is on disk. **Errors** `SqlError`.
 */
export const openUnlocked = (options: SqliteOptions): Effect.Effect<DatabaseSync, SqlError.SqlError> =>
  Effect.suspend(() => Effect.try({ try: () => openSqlite(options), catch: sqlErrorOf("open") })).pipe(
    Effect.retry(untilUnlocked)
  )

/** The connection itself, for a store that has to answer in one synchronous step. **Gotchas** It throws. */
export const openSqlite = ({ busyMillis = defaultBusyMillis, file, synchronous }: SqliteOptions): DatabaseSync => {
  // SQLite makes its files for everybody to read; those beside it (`-wal`, `-shm`) take the mode of this one.
  closeSync(openSync(file, "a", 0o600))
  const database = new DatabaseSync(file)
  try {
    database.exec(
      `PRAGMA busy_timeout = ${defaultBusyMillis}; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = ${busyMillis}`
    )
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const connectionOver = (database: DatabaseSync): SqlConnection.Connection => {
  const prepared = new Map<string, StatementSync>()
  const prepare = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const oldest = prepared.size < preparedStatements ? undefined : prepared.keys().next().value
    if (oldest !== undefined) prepared.delete(oldest)
    const statement = database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  const withStatement = <A>(sql: string, use: (statement: StatementSync) => A): Effect.Effect<A, SqlError.SqlError> =>
    Effect.withFiber((fiber) =>
      Effect.try({
        try: () => {
          const statement = prepare(sql)
          statement.setReadBigInts(fiber.getRef(SqlClient.SafeIntegers))
          return use(statement)
        },
        catch: sqlErrorOf("execute")
      }).pipe(Effect.retry(untilUnlocked))
    )
  const rows: SqlConnection.Connection["executeUnprepared"] = (sql, params, transform) => {
    // A disk that is full has SQLite roll back by itself; to do so again would be an error of its own.
    if (sql === "ROLLBACK" && !database.isTransaction) return Effect.succeed([])
    // And a commit that failed may leave its transaction open: whoever comes next is not to stand in it.
    if (sql === beginTransaction && database.isTransaction) database.exec("ROLLBACK")
    const found = withStatement(sql, (statement) => {
      statement.setReturnArrays(false)
      return statement.all(...valuesOf(params))
    })
    return transform === undefined ? found : Effect.map(found, transform)
  }
  const values: SqlConnection.Connection["executeValues"] = (sql, params) =>
    withStatement(sql, (statement) => {
      statement.setReturnArrays(true)
      return statement.all(...valuesOf(params)).map((row) => Object.values(row))
    })
  return {
    execute: rows,
    executeUnprepared: rows,
    executeValues: values,
    executeValuesUnprepared: values,
    executeRaw: (sql, params) => withStatement(sql, (statement) => statement.run(...valuesOf(params))),
    executeStream: () => Stream.die(new Error("rows are read whole, not streamed"))
  }
}

const valuesOf = (params: ReadonlyArray<unknown>) => params as Array<SQLInputValue>

const untilUnlocked = {
  while: (error: SqlError.SqlError) => error.reason._tag === "LockTimeoutError",
  schedule: Schedule.spaced("20 millis").pipe(Schedule.upTo({ duration: lockTimeout }))
}

// `node:sqlite` calls SQLite's code `errcode`; Effect's classification looks for `errno`.
const sqlErrorOf =
  (operation: string) =>
  (cause: unknown): SqlError.SqlError => {
    if (cause instanceof Error && "errcode" in cause && !("errno" in cause))
      Object.assign(cause, { errno: cause.errcode })
    return new SqlError.SqlError({ reason: SqlError.classifySqliteError(cause, { message: operation, operation }) })
  }
