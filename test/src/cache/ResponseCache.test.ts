/** The cache: memory in front of a store that may be broken. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { bytesOfCached, type CachedEnhancement } from "../../../src/cache/CachedEnhancement.ts"
import { type CacheStore, CacheStoreFailed } from "../../../src/cache/CacheStore.ts"
import { make, type ResponseCacheOptions } from "../../../src/cache/MakeResponseCache.ts"
import { makeMemoryCacheStore } from "../../../src/cache/MemoryCacheStore.ts"
import { entryOf, keyOf, responseOf } from "./SampleResponses.ts"

type Store = CacheStore["Service"]

const spans = { freshMillis: 1_000, staleMillis: 7_000 }
const fox = responseOf("A red fox stands in fresh snow.")
const miss = { _tag: "Miss" } as const

const makeCache = (options: Partial<ResponseCacheOptions<CachedEnhancement>> = {}) =>
  make<CachedEnhancement>({ bytesOf: bytesOfCached, ...options })

const broken = (operation: "get" | "put" | "remove") =>
  Effect.fail(new CacheStoreFailed({ operation, problem: "disk I/O error" }))

const failing: Store = { get: () => broken("get"), put: () => broken("put"), remove: () => broken("remove") }
const dying: Store = {
  get: () => {
    throw new TypeError("CANARY")
  },
  put: () => Effect.die(new TypeError("CANARY")),
  remove: () => Effect.die("CANARY")
}
const hanging: Store = { get: () => Effect.never, put: () => Effect.never, remove: () => Effect.never }
const stuck: Store = {
  get: () => Effect.uninterruptible(Effect.never),
  put: () => Effect.uninterruptible(Effect.never),
  remove: () => Effect.uninterruptible(Effect.never)
}

/** Lets the clock go for as long as the effect takes; gives what it ended with. */
const passing = <A, E>(effect: Effect.Effect<A, E>, millis: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* TestClock.adjust(millis)
    assert.isDefined(fiber.pollUnsafe())
    return yield* Fiber.join(fiber)
  })

const recorded = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make((options) => lines.push(Logger.formatJson.log(options)))
    const result = yield* Effect.provide(effect, Logger.layer([logger]))
    return { result, lines }
  })

describe("ResponseCache, in memory alone", () => {
  it.effect("what was stored is fresh, then stale, then missed", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache()
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), miss)
      yield* cache.store(keyOf("a"), fox)
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", value: fox, ageMillis: 0 })
      yield* TestClock.adjust(999)
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", value: fox, ageMillis: 999 })
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), { _tag: "Stale", value: fox, ageMillis: 1_000 })
      yield* TestClock.adjust(6_000)
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), miss)
      assert.deepStrictEqual(cache.statistics(), {
        hits: 2,
        staleHits: 1,
        misses: 2,
        storeFailures: 0,
        entries: 1,
        bytes: bytesOfCached(fox)
      })
    })
  )

  it.effect("each call brings its own spans, and an entry expired for one is there for another", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache()
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.adjust(5_000)
      const tagFor = (freshMillis: number, staleMillis: number) =>
        Effect.map(cache.lookup(keyOf("a"), { freshMillis, staleMillis }), (it) => it._tag)
      assert.strictEqual(yield* tagFor(1_000, 2_000), "Miss")
      assert.strictEqual(yield* tagFor(1_000, 7_000), "Stale")
      assert.strictEqual(yield* tagFor(6_000, 7_000), "Fresh")
    })
  )

  it.effect("storing again makes an entry young again, removing forgets it", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache()
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.adjust(5_000)
      yield* cache.store(keyOf("a"), responseOf("another"))
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", ageMillis: 0 })
      yield* cache.remove(keyOf("a"))
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), miss)
      assert.strictEqual(cache.statistics().bytes, 0)
    })
  )

  it.effect("a wall clock that is put back makes no entry younger than new, and from there it ages", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache()
      yield* TestClock.setTime(1_000_000)
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.setTime(500_000)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", ageMillis: 0 })
      yield* TestClock.adjust(1_500)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Stale", ageMillis: 1_500 })
    })
  )

  it.effect("memory is bounded, and the statistics say what it holds", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache({ bytesOf: () => 100, bounds: { maximumEntries: 2, maximumBytes: 1_000 } })
      for (const name of ["a", "b", "c"]) yield* cache.store(keyOf(name), fox)
      assert.strictEqual((yield* cache.lookup(keyOf("a"), spans))._tag, "Miss")
      assert.strictEqual((yield* cache.lookup(keyOf("c"), spans))._tag, "Fresh")
      assert.deepInclude(cache.statistics(), { entries: 2, bytes: 200 })
    })
  )
})

describe("ResponseCache, in front of a store", () => {
  it.effect("what memory has not is taken from the store, once while it is fresh", () =>
    Effect.gen(function* () {
      const store = makeMemoryCacheStore<CachedEnhancement>()
      let asked = 0
      const counting: Store = {
        ...store,
        get: (key) => Effect.suspend(() => ((asked += 1), store.get(key)))
      }
      const first = yield* makeCache({ store: counting })
      yield* first.store(keyOf("a"), fox)
      const second = yield* makeCache({ store: counting })
      yield* TestClock.adjust(500)
      const answer = { _tag: "Fresh", value: fox, ageMillis: 500 } as const
      assert.deepStrictEqual(yield* second.lookup(keyOf("a"), spans), answer)
      assert.deepStrictEqual(yield* second.lookup(keyOf("a"), spans), answer)
      assert.strictEqual(asked, 1)
      assert.strictEqual(second.statistics().entries, 1)
    })
  )

  it.effect("where memory is past its time, a newer entry of another process is found", () =>
    Effect.gen(function* () {
      const store = makeMemoryCacheStore<CachedEnhancement>()
      const cache = yield* makeCache({ store })
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.adjust(5_000)
      store.keep(keyOf("a"), entryOf("newer", 4_900))
      assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), {
        _tag: "Fresh",
        value: responseOf("newer"),
        ageMillis: 100
      })
    })
  )

  it.effect("an older entry of the store does not replace what was stored while it was read", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const store: Store = {
        ...makeMemoryCacheStore<CachedEnhancement>(),
        get: () => Effect.as(Deferred.await(gate), entryOf("older", 0))
      }
      const cache = yield* makeCache({ store })
      yield* TestClock.adjust(100)
      const looking = yield* Effect.forkChild(cache.lookup(keyOf("a"), spans), { startImmediately: true })
      yield* cache.store(keyOf("a"), fox)
      yield* Deferred.succeed(gate, undefined)
      assert.deepInclude(yield* Fiber.join(looking), { _tag: "Fresh", value: fox })
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", value: fox })
    })
  )

  it.effect("an entry of the store that comes from the future is as of now, for every process from then on", () =>
    Effect.gen(function* () {
      const store = makeMemoryCacheStore<CachedEnhancement>()
      store.keep(keyOf("a"), entryOf("future", 1_000_000_000))
      const cache = yield* makeCache({ store })
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", ageMillis: 0 })
      yield* TestClock.adjust(1_500)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Stale", ageMillis: 1_500 })
      const later = yield* makeCache({ store })
      assert.deepInclude(yield* later.lookup(keyOf("a"), spans), { _tag: "Stale", ageMillis: 1_500 })
    })
  )

  it.effect("after the clock was put back, the store's copy of an entry does not make it new a second time", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache({ store: makeMemoryCacheStore<CachedEnhancement>() })
      yield* TestClock.setTime(1_000_000)
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.setTime(500_000)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", ageMillis: 0 })
      yield* TestClock.adjust(1_500)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Stale", ageMillis: 1_500 })
    })
  )

  for (const [name, store] of Object.entries({ failing, dying })) {
    it.effect(`a store that is ${name} is a cache without a store`, () =>
      Effect.gen(function* () {
        const cache = yield* makeCache({ store })
        assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), miss)
        yield* cache.store(keyOf("a"), fox)
        assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", value: fox })
        yield* cache.remove(keyOf("a"))
        assert.deepStrictEqual(yield* cache.lookup(keyOf("a"), spans), miss)
        assert.deepInclude(cache.statistics(), { hits: 1, misses: 2, storeFailures: 4 })
      })
    )
  }

  for (const [name, store] of Object.entries({ hanging, "hanging and deaf to interruption": stuck })) {
    it.effect(`a store that is ${name} holds each operation up for its time and no longer`, () =>
      Effect.gen(function* () {
        const cache = yield* makeCache({ store })
        const looking = yield* Effect.forkChild(cache.lookup(keyOf("a"), spans), { startImmediately: true })
        yield* TestClock.adjust(249)
        assert.isUndefined(looking.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.isDefined(looking.pollUnsafe())
        assert.deepStrictEqual(yield* Fiber.join(looking), miss)
        yield* passing(cache.store(keyOf("a"), fox), 250)
        assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Fresh", value: fox })
        yield* passing(cache.remove(keyOf("a")), 250)
        assert.strictEqual(cache.statistics().storeFailures, 3)
      })
    )

    it.effect(`who waits for a store that is ${name} can leave at once, and no failure is counted`, () =>
      Effect.gen(function* () {
        const cache = yield* makeCache({ store })
        const looking = yield* Effect.forkChild(cache.lookup(keyOf("a"), spans), { startImmediately: true })
        yield* Fiber.interrupt(looking)
        assert.strictEqual(cache.statistics().storeFailures, 0)
      })
    )
  }

  it.effect("a stale entry in memory is answered although the store fails", () =>
    Effect.gen(function* () {
      const cache = yield* makeCache({ store: failing })
      yield* cache.store(keyOf("a"), fox)
      yield* TestClock.adjust(2_000)
      assert.deepInclude(yield* cache.lookup(keyOf("a"), spans), { _tag: "Stale", value: fox, ageMillis: 2_000 })
    })
  )

  it.effect("a broken store is logged once a minute, with what was in vain since", () =>
    Effect.gen(function* () {
      const { lines } = yield* recorded(
        Effect.gen(function* () {
          const cache = yield* makeCache({ store: failing })
          for (let index = 0; index < 100; index++) yield* cache.lookup(keyOf(`a${index}`), spans)
          yield* TestClock.adjust(59_999)
          yield* cache.lookup(keyOf("b"), spans)
          yield* TestClock.adjust(1)
          yield* cache.store(keyOf("c"), fox)
        })
      )
      const facts = lines.map((line) => JSON.parse(line) as { level: string; annotations: object })
      assert.deepStrictEqual(
        facts.map((it) => it.annotations),
        [
          { operation: "get", problem: "disk I/O error", failures: 1 },
          { operation: "put", problem: "disk I/O error", failures: 101 }
        ]
      )
      assert.strictEqual(facts[0]?.level, "WARN")
    })
  )

  it.effect("no line holds a key, or what a defect says", () =>
    Effect.gen(function* () {
      const { lines } = yield* recorded(
        Effect.gen(function* () {
          const cache = yield* makeCache({ store: dying })
          yield* cache.lookup(keyOf("CANARY"), spans)
          yield* TestClock.adjust(60_000)
          yield* cache.remove(keyOf("CANARY"))
        })
      )
      assert.strictEqual(lines.length, 2)
      assert.include(lines[0], "defect TypeError")
      assert.notInclude(lines.join(), "CANARY")
    })
  )
})
