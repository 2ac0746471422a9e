/** Opening a database of the home: what is migrated, and what is refused with a remedy. */
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import { Home } from "../../../layers/home/Home.ts"
import { layerDatabase, type Migration } from "../../../layers/sql/OpenDatabase.ts"
import { problemOf } from "../../../layers/sql/SqlFailure.ts"
import { temporaryFolder } from "../../support/TemporaryFolder.ts"

const migration = (name: string, statement: string): Migration => ({
  name,
  run: SqlClient.SqlClient.use((sql) => sql.unsafe(statement))
})

const first = migration("first", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")
const second = migration("second", "ALTER TABLE notes ADD COLUMN words TEXT NOT NULL DEFAULT 'none'")

const databaseIn = (folder: string, migrations: ReadonlyArray<Migration>) =>
  layerDatabase({ fileName: "test.db", synchronous: "FULL", migrations }).pipe(
    Layer.provide(Layer.succeed(Home, { folder }))
  )

const query = (statement: string) => SqlClient.SqlClient.use((sql) => sql.unsafe(statement))

const problemIn = (folder: string, migrations: ReadonlyArray<Migration> = [first]) =>
  Effect.map(
    Effect.flip(Effect.scoped(Layer.build(databaseIn(folder, migrations)))),
    ({ problems }) => problems[0] ?? assert.fail("no problem")
  )

describe("a database of the home", () => {
  it.live("is made with all its tables, for its owner alone, durable as it says", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const modes = yield* Effect.all([query("PRAGMA journal_mode"), query("PRAGMA synchronous")]).pipe(
        Effect.provide(databaseIn(folder, [first, second]))
      )
      assert.deepStrictEqual(
        modes.flat().map((it) => ({ ...it })),
        [{ journal_mode: "wal" }, { synchronous: 2 }]
      )
      assert.strictEqual(statSync(join(folder, "test.db")).mode & 0o777, 0o600)
    })
  )

  it.live("of an older version is migrated, and keeps what it holds", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(query("INSERT INTO notes (id) VALUES (7)"), databaseIn(folder, [first]))
      const rows = yield* Effect.provide(query("SELECT * FROM notes"), databaseIn(folder, [first, second]))
      assert.deepStrictEqual(
        rows.map((it) => ({ ...it })),
        [{ id: 7, words: "none" }]
      )
    })
  )

  it.live("of a newer version is refused, and left as it is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(query("INSERT INTO notes (id) VALUES (7)"), databaseIn(folder, [first, second]))
      const problem = yield* problemIn(folder)
      assert.deepStrictEqual(problem.name, "LUDENG_HOME")
      assert.include(problem.problem, "newer test.db (version 2; this program knows 1)")
      assert.strictEqual(
        (yield* Effect.provide(query("SELECT * FROM notes"), databaseIn(folder, [first, second]))).length,
        1
      )
    })
  )

  it.live("with a migration that fails is refused whole: no half of it remains", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(query("SELECT 1"), databaseIn(folder, [first]))
      const broken = migration("broken", "INSERT INTO nowhere VALUES (1)")
      assert.include(
        (yield* problemIn(folder, [first, second, broken])).problem,
        "could not be brought to this version"
      )
      const columns = yield* Effect.provide(query("PRAGMA table_info(notes)"), databaseIn(folder, [first]))
      assert.strictEqual(columns.length, 1)
    })
  )

  it.live("that is damaged, or none, is refused and not touched", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "test.db")
      writeFileSync(file, "this is no database, and was never one".repeat(100))
      const before = readFileSync(file, "utf8")
      const { expected, problem } = yield* problemIn(folder)
      assert.include(problem, "is damaged, or no database")
      assert.include(expected, "nothing was changed")
      assert.strictEqual(readFileSync(file, "utf8"), before)
    })
  )

  it.live("whose folder is missing is refused by its place", () =>
    Effect.gen(function* () {
      const { problem } = yield* problemIn(join(yield* temporaryFolder, "missing"))
      assert.include(problem, "is no place for a file")
    })
  )

  it.live("that another process holds for too long is refused as locked", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(query("SELECT 1"), databaseIn(folder, [first]))
      const other = new DatabaseSync(join(folder, "test.db"))
      other.exec("BEGIN IMMEDIATE")
      const problem = yield* Effect.ensuring(
        problemIn(folder, [first, second]),
        Effect.sync(() => other.close())
      )
      assert.include(problem.problem, "is locked by another process")
    })
  )

  it.live("that another process has just made, and still holds whole, is waited for", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const other = new DatabaseSync(join(folder, "test.db"))
      other.exec("BEGIN EXCLUSIVE; CREATE TABLE elsewhere (id INTEGER)")
      yield* Effect.forkChild(
        Effect.delay(
          Effect.sync(() => {
            other.exec("COMMIT")
            other.close()
          }),
          "300 millis"
        )
      )
      assert.deepStrictEqual(yield* Effect.provide(query("SELECT * FROM notes"), databaseIn(folder, [first])), [])
    })
  )

  it.live("that another process holds for a moment is waited for, without blocking anybody", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const database = databaseIn(folder, [first])
      yield* Effect.gen(function* () {
        const other = new DatabaseSync(join(folder, "test.db"))
        other.exec("BEGIN IMMEDIATE")
        const ticks = { count: 0 }
        yield* Effect.forkChild(
          Effect.forever(
            Effect.delay(
              Effect.sync(() => (ticks.count += 1)),
              "10 millis"
            )
          ),
          { startImmediately: true }
        )
        yield* Effect.forkChild(
          Effect.delay(
            Effect.sync(() => other.close()),
            "200 millis"
          )
        )
        yield* query("INSERT INTO notes (id) VALUES (1)")
        assert.isAbove(ticks.count, 1)
      }).pipe(Effect.provide(database))
    })
  )

  it.live("takes one transaction after the other, and rolls back the one that fails", () =>
    Effect.gen(function* () {
      const database = databaseIn(yield* temporaryFolder, [first])
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const put = (id: number) =>
          sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`INSERT INTO notes (id) VALUES (${id})`
              yield* Effect.yieldNow
              if (id % 2 === 1) return yield* Effect.fail("odd")
            })
          )
        yield* Effect.forEach([1, 2, 3, 4, 5, 6], (id) => Effect.ignore(put(id)), { concurrency: "unbounded" })
        const rows = yield* sql<{ readonly id: number }>`SELECT id FROM notes ORDER BY id`
        assert.deepStrictEqual(
          rows.map((it) => it.id),
          [2, 4, 6]
        )
      }).pipe(Effect.provide(database))
    })
  )

  it.live("that is full fails the transaction, as a failure, and takes the next one", () =>
    Effect.gen(function* () {
      const database = databaseIn(yield* temporaryFolder, [first, second])
      yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const put = (id: number, words: string) =>
          sql.withTransaction(sql`INSERT INTO notes (id, words) VALUES (${id}, ${words})`)
        yield* sql.unsafe("PRAGMA max_page_count = 1")
        assert.strictEqual(problemOf(yield* Effect.flip(put(1, "x".repeat(100_000)))), "DiskFull")
        yield* sql.unsafe("PRAGMA max_page_count = 100000")
        yield* put(2, "x".repeat(100_000))
        assert.strictEqual((yield* sql`SELECT id FROM notes`).length, 1)
      }).pipe(Effect.provide(database))
    })
  )

  it.live.skipIf(process.getuid?.() === 0)("that can not be written to is refused", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.provide(query("SELECT 1"), databaseIn(folder, [first]))
      chmodSync(join(folder, "test.db"), 0o400)
      assert.include((yield* problemIn(folder)).problem, "can not be")
    })
  )
})
