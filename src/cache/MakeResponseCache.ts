/**
 * Builds `ResponseCache`: the most recently used entries in memory, in front of a store that outlives the process, if
 * there is one.
 *
 * Memory answers what is fresh. The store is asked for the rest, because another process may have put something newer
 * there; what it answers is kept in memory, unless memory has something newer still.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { CacheKey } from "./CacheKey.ts"
import type { CacheEntry, CacheStoreFailed, CacheStoreOf, CacheStoreOperation } from "./CacheStore.ts"
import { makeFailOpen } from "./FailOpen.ts"
import { type FreshnessSpans, judge } from "./Freshness.ts"
import { type CacheBounds, defaultCacheBounds, makeMemoryCacheStore } from "./MemoryCacheStore.ts"
import type { CacheAnswer, ResponseCacheOf } from "./ResponseCache.ts"

/**
 * What a cache is made with.
 *
 * **Units** `bytesOf` a value is what it takes in memory, from 0; `storeTimeout` bounds each operation of the `store`,
 * default 250 ms; `bounds` are those of the memory, default 2000 entries and 16 MiB.
 */
export interface ResponseCacheOptions<A> {
  readonly bytesOf: (value: A) => number
  readonly bounds?: CacheBounds
  readonly store?: CacheStoreOf<A>
  readonly storeTimeout?: Duration.Input
}

const miss: CacheAnswer<never> = { _tag: "Miss" }

/** Builds the service, empty in memory. */
export const make = <A>(options: ResponseCacheOptions<A>): Effect.Effect<ResponseCacheOf<A>> =>
  Effect.sync(() => {
    const { bounds = defaultCacheBounds, bytesOf, store, storeTimeout = "250 millis" } = options
    const memory = makeMemoryCacheStore<A>(bounds)
    const failOpen = makeFailOpen(storeTimeout)
    const counts = { hits: 0, staleHits: 0, misses: 0 }

    const counted = (answer: CacheAnswer<A>): CacheAnswer<A> => {
      if (answer._tag === "Fresh") counts.hits += 1
      else if (answer._tag === "Stale") counts.staleHits += 1
      else counts.misses += 1
      return answer
    }

    const ask = <B>(
      operation: CacheStoreOperation,
      use: (store: CacheStoreOf<A>) => Effect.Effect<B, CacheStoreFailed>
    ) =>
      store === undefined
        ? Effect.undefined
        : failOpen.ask(
            operation,
            Effect.suspend(() => use(store))
          )

    /** After the clock was put back: an entry from the future is as of now, for every process, and ages from here on. */
    const redate = (key: CacheKey, entry: CacheEntry<A>, now: number) => {
      const asOfNow = { ...entry, storedAt: now }
      memory.keep(key, asOfNow)
      return Effect.as(
        ask("put", (it) => it.put(key, asOfNow)),
        asOfNow
      )
    }

    const lookBehind = (key: CacheKey, spans: FreshnessSpans, clock: Clock.Clock) =>
      Effect.gen(function* () {
        const found = yield* ask("get", (it) => it.get(key))
        const now = clock.currentTimeMillisUnsafe()
        const own = memory.peek(key)
        if (found === undefined || (own !== undefined && own.storedAt >= found.storedAt)) {
          return counted(answerOf(own, now, spans))
        }
        if (found.storedAt > now) return counted(answerOf(yield* redate(key, found, now), now, spans))
        memory.keep(key, found)
        return counted(answerOf(found, now, spans))
      })

    const lookup: ResponseCacheOf<A>["lookup"] = (key, spans) =>
      Clock.clockWith((clock) => {
        const now = clock.currentTimeMillisUnsafe()
        const entry = memory.peek(key)
        if (entry !== undefined && entry.storedAt > now) {
          return Effect.andThen(redate(key, entry, now), lookup(key, spans))
        }
        const answer = answerOf(entry, now, spans)
        return store === undefined || answer._tag === "Fresh"
          ? Effect.succeed(counted(answer))
          : lookBehind(key, spans, clock)
      })

    return {
      lookup,
      store: (key, value) =>
        Clock.clockWith((clock) => {
          const entry = { value, storedAt: clock.currentTimeMillisUnsafe(), bytes: bytesOf(value) }
          memory.keep(key, entry)
          return ask("put", (it) => it.put(key, entry))
        }),
      remove: (key) =>
        Effect.suspend(() => {
          memory.drop(key)
          return ask("remove", (it) => it.remove(key))
        }),
      statistics: () => ({ ...counts, storeFailures: failOpen.failures(), ...memory.size() })
    }
  })

const answerOf = <A>(entry: CacheEntry<A> | undefined, now: number, spans: FreshnessSpans): CacheAnswer<A> => {
  if (entry === undefined) return miss
  const freshness = judge(entry, now, spans)
  return freshness._tag === "Expired" ? miss : { ...freshness, value: entry.value }
}
