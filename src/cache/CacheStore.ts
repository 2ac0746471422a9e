/**
 * Where responses are kept, behind the cache: in memory, or in something that outlives the process.
 *
 * A store only keeps. Whether an entry is still good is decided by `Freshness.ts`; that a store which fails, or does not
 * answer, fails no call is seen to by `MakeResponseCache.ts`.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type { CachedEnhancement } from "./CachedEnhancement.ts"
import type { CacheKey } from "./CacheKey.ts"

/** A kept value. **Units** `storedAt` in milliseconds since 1970; `bytes` is what it takes, from 0. */
export interface CacheEntry<A> {
  readonly value: A
  readonly storedAt: number
  readonly bytes: number
}

/** What a store was asked for. */
export type CacheStoreOperation = "get" | "put" | "remove"

/** A store could not do what it was asked for. `problem` is a code or a sentence of ours: it holds no value and no key. */
export class CacheStoreFailed extends Data.TaggedError("CacheStoreFailed")<{
  readonly operation: CacheStoreOperation
  readonly problem: string
}> {
  override get message(): string {
    return `the cache's store could not ${this.operation}: ${this.problem}`
  }
}

/**
 * A store of any value. `get` gives the last entry put under the key, or `undefined` when there is none (never put,
 * removed, or given up to make room). `put` replaces. `remove` of what is not there does nothing.
 *
 * **Errors** `CacheStoreFailed`: go on without the store.
 */
export interface CacheStoreOf<A> {
  readonly get: (key: CacheKey) => Effect.Effect<CacheEntry<A> | undefined, CacheStoreFailed>
  readonly put: (key: CacheKey, entry: CacheEntry<A>) => Effect.Effect<void, CacheStoreFailed>
  readonly remove: (key: CacheKey) => Effect.Effect<void, CacheStoreFailed>
}

/** The store behind the response cache. */
export class CacheStore extends Context.Service<CacheStore, CacheStoreOf<CachedEnhancement>>()(
  "@ludeng/providers/cache/CacheStore"
) {}
