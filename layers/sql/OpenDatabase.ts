/**
 * Opens one of the home's databases and brings it to the form that this program knows: an older one is migrated, a newer,
 * corrupt, locked or read-only one is refused, with what to do about it.
 */
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { Home, homeProblem } from "../home/Home.ts"
import { problemOf } from "./SqlFailure.ts"
import { makeSqliteClient, type SqliteOptions } from "./SqliteClient.ts"

/** One step from a version of a database to the next. It runs once, in a transaction. */
export interface Migration {
  readonly name: string
  readonly run: Effect.Effect<unknown, SqlError, SqlClient.SqlClient>
}

/** A database of the home: its file's name, how durable it is, and its migrations, the first is version 1. */
export interface Database {
  readonly fileName: string
  readonly synchronous: SqliteOptions["synchronous"]
  readonly busyMillis?: number
  readonly migrations: ReadonlyArray<Migration>
}

/**
 * The database's client. **Errors** `ConfigurationError` that names `LUDENG_HOME`, the file, and what is wrong with it.
 *
 * **Gotchas** Keep it in a constant: built twice it is two connections.
 */
export const layerDatabase = ({
  fileName,
  migrations,
  ...options
}: Database): Layer.Layer<SqlClient.SqlClient, ConfigurationError, Home> =>
  Layer.effect(
    SqlClient.SqlClient,
    Effect.gen(function* () {
      const { folder } = yield* Home
      const file = path.join(folder, fileName)
      const opened = Effect.gen(function* () {
        const sql = yield* makeSqliteClient({ ...options, file })
        yield* Effect.provideService(migrate(file, migrations), SqlClient.SqlClient, sql)
        return sql
      })
      return yield* Effect.mapError(opened, (error) =>
        error._tag === "ConfigurationError" ? error : notOpened(file, error)
      )
    })
  )

const versionsTable = "ludeng_migrations"

const migrate = Effect.fnUntraced(function* (file: string, migrations: ReadonlyArray<Migration>) {
  yield* Migrator.make({})({
    table: versionsTable,
    loader: Effect.succeed(migrations.map(({ name, run }, index) => [index + 1, name, Effect.succeed(run)] as const))
  })
  const sql = yield* SqlClient.SqlClient
  const [latest] = yield* sql<{ readonly version: number }>`
    SELECT max(migration_id) AS version FROM ${sql(versionsTable)}`
  const version = latest?.version ?? 0
  if (version <= migrations.length) return
  return yield* homeProblem(
    `has a newer ${path.basename(file)} (version ${version}; this program knows ${migrations.length})`,
    "a home of this version, or a newer program"
  )
})

const notOpened = (file: string, error: SqlError | Migrator.MigrationError): ConfigurationError =>
  error._tag === "MigrationError"
    ? homeProblem(`${file} could not be brought to this version: ${error.kind}`, "a database of this program")
    : unusable(file, problemOf(error))

/** The problem of a database that can not be opened, with what would help. */
export const unusable = (file: string, problem: Problem): ConfigurationError =>
  homeProblem(`${file} ${problems[problem]}`, remedies[problem])

type Problem = (typeof StorageFailed.Type)["problem"]

const problems: Readonly<Record<Problem, string>> = {
  DiskFull: "can not grow: the disk is full",
  ReadOnly: "can not be written to",
  PermissionDenied: "can not be opened",
  AlreadyExists: "can not be opened",
  PathNotAllowed: "is no place for a file",
  Locked: "is locked by another process",
  Corrupt: "is damaged, or no database",
  Missing: "is not there",
  Other: "can not be used"
}

const remedies: Readonly<Record<Problem, string>> = {
  DiskFull: "room on the disk",
  ReadOnly: "a file and a folder that can be written to",
  PermissionDenied: "a file and a folder that its user may read and write",
  AlreadyExists: "a file that can be opened",
  PathNotAllowed: "a folder that can hold files",
  Locked: "that the other process ends, or a home of its own",
  Corrupt: "a copy of it from before, or another home; nothing was changed",
  Missing: "a copy of it from before, or another home; nothing was changed",
  Other: "a database that can be opened"
}
