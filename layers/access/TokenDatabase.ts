/**
 * The database of tokens: `access.db` in the home. It is made with the first token; a program that has none writes nothing.
 */
import { existsSync } from "node:fs"
import * as path from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Context from "effect/Context"
import * as Semaphore from "effect/Semaphore"
import * as SqlClient from "effect/sql/SqlClient"
import type * as Scope from "effect/Scope"
import type { ConfigurationError, Settings } from "../../schemas/Settings.ts"
import { Home, privateHome } from "../home/Home.ts"
import { type Database, layerDatabase, type Migration } from "../sql/OpenDatabase.ts"

/** The name of the file in the home. */
export const tokenFile = "access.db"

const tokenTable: Migration = {
  name: "tokens",
  run: Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE tokens (
        place INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        secret_hash BLOB NOT NULL,
        owner TEXT NOT NULL,
        scopes TEXT NOT NULL,
        name TEXT,
        created_at BIGINT NOT NULL,
        expires_at BIGINT,
        revoked_at BIGINT,
        last_used_at BIGINT
      )`
  })
}

// A token that was revoked must stay so after a power cut.
const database: Database = { fileName: tokenFile, synchronous: "FULL", migrations: [tokenTable] }

/** Opens the database when it is first needed: `ifThere` only where there is one, `orMake` in any case. */
export interface LazyDatabase {
  readonly ifThere: Effect.Effect<SqlClient.SqlClient | undefined, ConfigurationError>
  readonly orMake: Effect.Effect<SqlClient.SqlClient, ConfigurationError>
}

/** The database of a home, closed with the scope. */
export const lazyDatabase = Effect.fnUntraced(function* (
  settings: Pick<Settings, "home">
): Effect.fn.Return<LazyDatabase, never, Scope.Scope> {
  const scope = yield* Effect.scope
  const turn = yield* Semaphore.make(1)
  let opened: SqlClient.SqlClient | undefined
  const open = turn.withPermits(1)(
    Effect.gen(function* () {
      if (opened !== undefined) return opened
      const folder = yield* privateHome(settings)
      const layer = Layer.fresh(layerDatabase(database)).pipe(Layer.provide(Layer.succeed(Home, { folder })))
      opened = Context.get(yield* Layer.buildWithScope(layer, scope), SqlClient.SqlClient)
      return opened
    })
  )
  const file = path.join(path.resolve(settings.home), tokenFile)
  return {
    ifThere: Effect.suspend(() =>
      opened !== undefined ? Effect.succeed(opened) : existsSync(file) ? open : Effect.succeed(undefined)
    ),
    orMake: open
  }
})
