/** Kept responses in a file: the contract, what is given up, and what a broken file does to nobody. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as SqliteCacheStore from "../../../layers/cache/SqliteCacheStore.ts"
import { Home } from "../../../layers/home/Home.ts"
import * as MemorySettings from "../../../layers/settings/MemorySettings.ts"
import { openSqlite } from "../../../layers/sql/SqliteClient.ts"
import * as LocalSealer from "../../../layers/vault/LocalSealer.ts"
import * as EnhancementCache from "../../../src/cache/EnhancementCache.ts"
import { CacheStore } from "../../../src/cache/CacheStore.ts"
import type { CacheBounds } from "../../../src/cache/MemoryCacheStore.ts"
import { suite } from "../../src/cache/CacheStoreContract.ts"
import { entryOf, keyOf, responseOf } from "../../src/cache/SampleResponses.ts"
import { filesBelow, temporaryFolder } from "../../support/TemporaryFolder.ts"

/** The store of a folder, as a program of its own opens it. */
const storeIn = (folder: string, bounds: CacheBounds = SqliteCacheStore.fileCacheBounds, sealer = LocalSealer.layer) =>
  Effect.map(
    Layer.build(
      SqliteCacheStore.layerWith(bounds).pipe(
        Layer.provide(Layer.provideMerge(sealer, Layer.succeed(Home, { folder }))),
        Layer.provide(Layer.orDie(MemorySettings.layerFromCode({ deepseek: { cacheStale: 10_000, cacheTtl: 5_000 } })))
      )
    ),
    (context) => Context.get(context, CacheStore)
  ).pipe(Effect.orDie)

const store = Effect.flatMap(temporaryFolder, (folder) => storeIn(folder))

suite("SqliteCacheStore", store, 20)

const small: CacheBounds = { maximumEntries: 3, maximumBytes: 1_000 }

/** Which of the names are there. */
const left = (store: CacheStore["Service"], names: string) =>
  Effect.map(
    Effect.filter([...names], (name) => Effect.map(store.get(keyOf(name)), (it) => it !== undefined)),
    (found) => found.join("")
  )

describe("SqliteCacheStore", () => {
  it.live("answers another program, which sees a text under the same data key alone", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const first = yield* storeIn(folder)
      yield* first.put(keyOf("a"), entryOf("a very red fox", Date.now()))
      const second = yield* storeIn(folder)
      assert.strictEqual((yield* second.get(keyOf("a")))?.value.prompt, "a very red fox")
      const stranger = yield* storeIn(folder, undefined, LocalSealer.layerMemory)
      assert.isUndefined(yield* stranger.get(keyOf("a")))
    })
  )

  it.live("holds no text in clear in any file", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const it = yield* storeIn(folder)
      yield* it.put(keyOf("a"), entryOf("canary in the snow", Date.now()))
      for (const file of yield* filesBelow(folder))
        assert.notInclude(readFileSync(join(folder, file), "latin1"), "canary")
      assert.includeMembers(readdirSync(folder), ["cache.db", "cache.db-wal"])
    })
  )

  it.effect("gives up what was used least lately when there are too many", () =>
    Effect.gen(function* () {
      const it = yield* storeIn(yield* temporaryFolder, small)
      for (const name of "abc") {
        yield* it.put(keyOf(name), entryOf(name))
        yield* TestClock.adjust(1)
      }
      yield* it.get(keyOf("a"))
      yield* it.put(keyOf("d"), entryOf("d"))
      assert.strictEqual(yield* left(it, "abcd"), "bcd")
    })
  )

  it.effect("counts a hit as a use, once a minute", () =>
    Effect.gen(function* () {
      const it = yield* storeIn(yield* temporaryFolder, small)
      for (const name of "abc") {
        yield* it.put(keyOf(name), entryOf(name, 100_000))
        yield* TestClock.adjust(1)
      }
      yield* TestClock.adjust("1 minute")
      yield* it.get(keyOf("a"))
      yield* it.put(keyOf("d"), entryOf("d", 100_000))
      assert.strictEqual(yield* left(it, "abcd"), "acd")
    })
  )

  it.effect("gives up as many as it takes when there are too many bytes, and keeps nothing larger than all", () =>
    Effect.gen(function* () {
      const it = yield* storeIn(yield* temporaryFolder, { maximumEntries: 100, maximumBytes: 500 })
      for (const name of "abcde") {
        yield* it.put(keyOf(name), entryOf(name))
        yield* TestClock.adjust(1)
      }
      yield* it.put(keyOf("f"), entryOf("f", 1_000, 250))
      assert.strictEqual(yield* left(it, "abcdef"), "def")
      yield* it.put(keyOf("e"), entryOf("e", 1_000, 501))
      yield* it.put(keyOf("g"), entryOf("g", 1_000, Number.NaN))
      assert.strictEqual(yield* left(it, "defg"), "df")
    })
  )

  it.effect("removes what may no longer stand in for anything", () =>
    Effect.gen(function* () {
      const it = yield* storeIn(yield* temporaryFolder)
      yield* TestClock.adjust("1 minute")
      yield* it.put(keyOf("a"), entryOf("a", 50_001))
      yield* it.put(keyOf("b"), entryOf("b", 59_000))
      assert.strictEqual(yield* left(it, "ab"), "ab")
      yield* TestClock.adjust(2)
      yield* it.put(keyOf("c"), entryOf("c", 60_000))
      assert.strictEqual(yield* left(it, "abc"), "bc")
    })
  )

  it.live("fails what it is asked for while another program holds the file, and goes on after", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const it = yield* storeIn(folder)
      const other = openSqlite({ file: join(folder, "cache.db"), synchronous: "NORMAL" })
      other.exec("BEGIN IMMEDIATE")
      const cache = yield* EnhancementCache.make.pipe(Effect.provideService(CacheStore, it))
      yield* cache.store(keyOf("a"), responseOf("a"))
      assert.strictEqual(cache.statistics().storeFailures, 1)
      other.exec("ROLLBACK")
      other.close()
      yield* cache.store(keyOf("a"), responseOf("a"))
      assert.isDefined(yield* it.get(keyOf("a")))
    })
  )

  it.live("fails no program and no call where its file is damaged, and leaves it as it is", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = join(folder, "cache.db")
      writeFileSync(file, "this is no database".repeat(100))
      const it = yield* storeIn(folder)
      const failure = yield* Effect.flip(it.get(keyOf("a")))
      assert.include(failure.problem, "is damaged, or no database")
      const cache = yield* EnhancementCache.make.pipe(Effect.provideService(CacheStore, it))
      yield* cache.store(keyOf("a"), responseOf("a"))
      const spans = { freshMillis: 10_000, staleMillis: 10_000 }
      assert.strictEqual((yield* cache.lookup(keyOf("a"), spans))._tag, "Fresh")
      assert.strictEqual(cache.statistics().storeFailures, 1)
      assert.strictEqual(readFileSync(file, "utf8"), "this is no database".repeat(100))
    })
  )

  it.live("takes a row that was changed, or moved to another key, for none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const it = yield* storeIn(folder)
      yield* it.put(keyOf("a"), entryOf("a", Date.now()))
      const other = openSqlite({ file: join(folder, "cache.db"), synchronous: "NORMAL" })
      other.prepare("UPDATE responses SET key = ?").run(keyOf("b"))
      assert.isUndefined(yield* it.get(keyOf("b")))
      assert.strictEqual(other.prepare("SELECT count(*) AS rows FROM responses").get()?.["rows"], 0)
      other.close()
    })
  )
})
