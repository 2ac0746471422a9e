/**
 * Tokens in the home, live and simulated alike: whoever guards the face of a machine guards it in either mode, and with
 * `LUDENG_STORE=memory` too. Every look is at the file, so that a token made or revoked by another program holds at the
 * next request.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ConfigurationError, Settings } from "../../schemas/Settings.ts"
import { TokenRecord } from "../../schemas/Token.ts"
import { AccessTokens } from "../../src/access/AccessTokens.ts"
import { makeAccessTokens } from "../../src/access/MakeAccessTokens.ts"
import type { StoredToken, TokenStore } from "../../src/access/TokenStore.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { orStorageFailed } from "../sql/SqlFailure.ts"
import { type LazyDatabase, lazyDatabase } from "./TokenDatabase.ts"

interface Row {
  readonly id: string
  readonly secret_hash: Uint8Array
  readonly owner: string
  readonly scopes: string
  readonly name: string | null
  readonly created_at: number
  readonly expires_at: number | null
  readonly revoked_at: number | null
  readonly last_used_at: number | null
}

type Failure = typeof StorageFailed.Type

/** The tokens of a home, for a program without other services. **Errors** of the service as its contract has them. */
export const makeHomeAccessTokens = Effect.fnUntraced(function* (settings: Pick<Settings, "home">) {
  return makeAccessTokens(storeOver(yield* lazyDatabase(settings)), randomBytes)
})

/** The tokens of the home that the settings name. */
export const layer: Layer.Layer<AccessTokens, never, LiveSettings> = Layer.effect(
  AccessTokens,
  Effect.gen(function* () {
    const { settings } = yield* LiveSettings.use((it) => it.current)
    return yield* makeHomeAccessTokens(settings)
  })
)

const storeOver = (database: LazyDatabase): TokenStore => {
  const opened = <A>(found: Effect.Effect<A, ConfigurationError>): Effect.Effect<A, Failure> =>
    Effect.mapError(found, notOpened)
  /** Reads where there is a database; `nothing` where no token was ever made. */
  const read = <A>(
    step: string,
    nothing: A,
    query: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError | Failure>
  ): Effect.Effect<A, Failure> =>
    Effect.flatMap(opened(database.ifThere), (sql) =>
      sql === undefined ? Effect.succeed(nothing) : orStorageFailed(step)(query(sql))
    )
  const write = (
    step: string,
    statement: (sql: SqlClient.SqlClient) => Effect.Effect<unknown, SqlError>
  ): Effect.Effect<void, Failure> =>
    Effect.flatMap(opened(database.orMake), (sql) => Effect.asVoid(orStorageFailed(step)(statement(sql))))

  return {
    isEmpty: read("looking for tokens", true, (sql) =>
      Effect.map(sql`SELECT 1 FROM tokens LIMIT 1`, (rows) => rows.length === 0)
    ),
    find: (id) =>
      read<StoredToken | undefined>("finding a token", undefined, (sql) =>
        Effect.flatMap(sql<Row>`SELECT * FROM tokens WHERE id = ${id}`, ([row]) =>
          row === undefined ? Effect.succeed(undefined) : storedOf(row)
        )
      ),
    list: read<ReadonlyArray<TokenRecord>>("listing tokens", [], (sql) =>
      Effect.flatMap(sql<Row>`SELECT * FROM tokens ORDER BY place`, (rows) =>
        Effect.forEach(rows, (row) => Effect.map(storedOf(row), ({ record }) => record))
      )
    ),
    insert: ({ record, secretHash }) =>
      write(
        "keeping a token",
        (sql) => sql`
          INSERT INTO tokens (id, secret_hash, owner, scopes, name, created_at, expires_at)
          VALUES (${record.id}, ${secretHash}, ${record.owner}, ${record.scopes.join(",")}, ${record.name ?? null},
            ${record.createdAt}, ${record.expiresAt ?? null})`
      ),
    revoke: (id, at) =>
      write(
        "revoking a token",
        (sql) => sql`UPDATE tokens SET revoked_at = ${at} WHERE id = ${id} AND revoked_at IS NULL`
      ),
    noteUse: (id, at) =>
      write(
        "noting the use of a token",
        (sql) => sql`UPDATE tokens SET last_used_at = ${at} WHERE id = ${id} AND revoked_at IS NULL`
      )
  }
}

const decodeRecord = Schema.decodeUnknownOption(TokenRecord)

const storedOf = (row: Row): Effect.Effect<StoredToken, Failure> => {
  const record = decodeRecord({
    id: row.id,
    owner: row.owner,
    scopes: row.scopes.split(","),
    createdAt: row.created_at,
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at })
  })
  return Option.isNone(record)
    ? Effect.fail({ _tag: "StorageFailed", problem: "Corrupt", detail: "a token is not in a form of this program" })
    : Effect.succeed({ record: record.value, secretHash: row.secret_hash })
}

const notOpened = ({ message }: ConfigurationError): Failure => ({
  _tag: "StorageFailed",
  problem: "Other",
  detail: `opening the tokens: ${message}`
})
