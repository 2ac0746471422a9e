/**
 * Kept responses in a file of the home: a second program answers from what the first one has paid for.
 *
 * It is only a cache. A response that can not be opened any more (another data key, a changed row) was never there; a
 * file that can not be used is a store that fails, without which every call goes on.
 *
 * **Details** What has not been used for longest is given up, to the minute, and what nobody may use any more even as a
 * stand-in, by the settings in force.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { CachedEnhancement } from "../../src/cache/CachedEnhancement.ts"
import { type CacheEntry, CacheStore, CacheStoreFailed, type CacheStoreOperation } from "../../src/cache/CacheStore.ts"
import type { CacheKey } from "../../src/cache/CacheKey.ts"
import type { CacheBounds } from "../../src/cache/MemoryCacheStore.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { Sealer } from "../../src/vault/Sealer.ts"
import type { Home } from "../home/Home.ts"
import { cacheTable } from "../sql/cache/CacheTable.ts"
import { layerDatabase } from "../sql/OpenDatabase.ts"
import { sqlFailed } from "../sql/SqlFailure.ts"

/** Room for 10 000 responses and 64 MiB. */
export const fileCacheBounds: CacheBounds = { maximumEntries: 10_000, maximumBytes: 64 * 1024 * 1024 }

/** How exactly the order of use is kept: a hit is written down once in so long. **Units** milliseconds. */
const useMillis = 60_000

const database = layerDatabase({ fileName: "cache.db", synchronous: "NORMAL", migrations: [cacheTable] })

const Value = Schema.fromJsonString(CachedEnhancement)
const encode = Schema.encodeSync(Value)
const decode = Schema.decodeUnknownOption(Value)

interface Row {
  readonly stored_at: number
  readonly used_at: number
  readonly bytes: number
  readonly sealed: string
}

const placeOf = (key: CacheKey): string => `cache:${key}`

const orFailed =
  (operation: CacheStoreOperation) =>
  <A>(effect: Effect.Effect<A, SqlError>): Effect.Effect<A, CacheStoreFailed> =>
    Effect.mapError(effect, (error) => {
      const { detail, problem } = sqlFailed(operation)(error)
      return new CacheStoreFailed({ operation, problem: `${problem} (${detail})` })
    })

const make = Effect.fnUntraced(function* (bounds: CacheBounds) {
  const sql = yield* SqlClient.SqlClient
  const sealer = yield* Sealer
  const settings = yield* LiveSettings

  const remove = (key: CacheKey) => sql`DELETE FROM responses WHERE key = ${key}`

  const use = (key: CacheKey, { used_at }: Row, now: number) =>
    // Put back or forward, the clock orders what is used from now on.
    Math.abs(now - used_at) < useMillis
      ? Effect.void
      : Effect.ignore(sql`UPDATE responses SET used_at = ${now} WHERE key = ${key}`)

  const get = Effect.fnUntraced(function* (
    key: CacheKey
  ): Effect.fn.Return<CacheEntry<CachedEnhancement> | undefined, SqlError> {
    const [row] = yield* sql<Row>`SELECT stored_at, used_at, bytes, sealed FROM responses WHERE key = ${key}`
    if (row === undefined) return undefined
    const value = Option.flatMap(yield* Effect.option(sealer.open(row.sealed, placeOf(key))), decode)
    if (Option.isNone(value)) {
      yield* remove(key)
      return undefined
    }
    yield* use(key, row, yield* Clock.currentTimeMillis)
    return { value: value.value, storedAt: row.stored_at, bytes: row.bytes }
  })

  const removeOlderThan = (oldest: number) => sql`DELETE FROM responses WHERE stored_at < ${oldest}`

  const removeBeyondBounds = sql`
    DELETE FROM responses WHERE key IN (
      SELECT key FROM (
        SELECT key, row_number() OVER newest AS place, sum(bytes) OVER newest AS total
        FROM responses
        WINDOW newest AS (ORDER BY used_at DESC, key DESC ROWS UNBOUNDED PRECEDING)
      ) AS ranked
      WHERE place > ${bounds.maximumEntries} OR total > ${bounds.maximumBytes}
    )`

  /** Removes what is too old for any use, then what was used least lately, until the rest has room. */
  const giveUp = Effect.fnUntraced(function* (now: number) {
    const { cacheStale, cacheTtl } = (yield* settings.current).settings.deepseek
    yield* removeOlderThan(now - Math.max(Duration.toMillis(cacheStale), Duration.toMillis(cacheTtl)))
    const [held] = yield* sql<{ readonly entries: number; readonly bytes: number | null }>`
      SELECT count(*) AS entries, sum(bytes) AS bytes FROM responses`
    if ((held?.entries ?? 0) > bounds.maximumEntries || (held?.bytes ?? 0) > bounds.maximumBytes) {
      yield* removeBeyondBounds
    }
  })

  const put = Effect.fnUntraced(function* (key: CacheKey, { bytes, storedAt, value }: CacheEntry<CachedEnhancement>) {
    if (!(bytes >= 0 && bytes <= bounds.maximumBytes)) {
      yield* remove(key)
      return
    }
    const now = yield* Clock.currentTimeMillis
    const sealed = yield* sealer.seal(encode(value), placeOf(key))
    yield* sql`
      INSERT INTO responses (key, stored_at, used_at, bytes, sealed)
      VALUES (${key}, ${storedAt}, ${now}, ${bytes}, ${sealed})
      ON CONFLICT (key) DO UPDATE
      SET stored_at = excluded.stored_at, used_at = excluded.used_at, bytes = excluded.bytes, sealed = excluded.sealed`
    yield* giveUp(now)
  })

  return CacheStore.of({
    get: (key) => orFailed("get")(get(key)),
    put: (key, entry) => orFailed("put")(Effect.asVoid(sql.withTransaction(put(key, entry)))),
    remove: (key) => orFailed("remove")(Effect.asVoid(remove(key)))
  })
})

/** A store that fails whatever it is asked for: the cache counts that, tells of it now and then, and goes on alone. */
const unusable = (problem: string): CacheStore["Service"] => {
  const failed = (operation: CacheStoreOperation) => Effect.fail(new CacheStoreFailed({ operation, problem }))
  return CacheStore.of({ get: () => failed("get"), put: () => failed("put"), remove: () => failed("remove") })
}

/** The store with other bounds. It fails nothing: a file that can not be opened is told of when it is asked. */
export const layerWith = (bounds: CacheBounds): Layer.Layer<CacheStore, never, Home | Sealer | LiveSettings> =>
  Layer.effect(CacheStore, make(bounds)).pipe(
    Layer.provide(database),
    Layer.catch((error) => Layer.succeed(CacheStore, unusable(error.problems[0]?.problem ?? error.message)))
  )

/** The store. */
export const layer: Layer.Layer<CacheStore, never, Home | Sealer | LiveSettings> = layerWith(fileCacheBounds)
