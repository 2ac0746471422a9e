/**
 * Keeps enhancements, so that an equal request is answered without asking the provider: no permit, no money, no sample of
 * the breaker. It keeps what is past its time for the hour in which the provider fails.
 *
 * What is put in is the caller's matter: never an error, never a degraded result (`toCached` decides). That equal requests
 * at the same time become one is `SingleFlight.ts`.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CachedEnhancement } from "./CachedEnhancement.ts"
import type { CacheKey } from "./CacheKey.ts"
import type { FreshnessSpans } from "./Freshness.ts"

/** What a look-up found. **Units** `ageMillis` since it was stored, from 0. */
export type CacheAnswer<A> =
  | { readonly _tag: "Fresh"; readonly value: A; readonly ageMillis: number }
  | { readonly _tag: "Stale"; readonly value: A; readonly ageMillis: number }
  | { readonly _tag: "Miss" }

/**
 * What the cache has done since it was made, and what it holds in memory.
 *
 * **Units** counts and bytes. Every look-up is one of `hits` (fresh), `staleHits` (found, past its time) and `misses`;
 * `storeFailures` counts what the store behind did not do, or not in time.
 */
export interface CacheStatistics {
  readonly hits: number
  readonly staleHits: number
  readonly misses: number
  readonly storeFailures: number
  readonly entries: number
  readonly bytes: number
}

/** A cache of any value. Nothing in it fails: a store that is broken is a cache that finds nothing. */
export interface ResponseCacheOf<A> {
  /** Looks a key up; `spans` are those of this call. A hit in memory is answered without a wait. */
  readonly lookup: (key: CacheKey, spans: FreshnessSpans) => Effect.Effect<CacheAnswer<A>>
  /** Keeps a value under a key as of now, in place of the one before. */
  readonly store: (key: CacheKey, value: A) => Effect.Effect<void>
  /** Forgets a key. Where the store behind fails, its entry may be found again. */
  readonly remove: (key: CacheKey) => Effect.Effect<void>
  /** A snapshot, at once. */
  readonly statistics: () => CacheStatistics
}

/** The service. */
export class ResponseCache extends Context.Service<ResponseCache, ResponseCacheOf<CachedEnhancement>>()(
  "@ludeng/providers/cache/ResponseCache"
) {}
