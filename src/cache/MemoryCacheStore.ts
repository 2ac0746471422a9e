/**
 * A store in memory that gives up what has not been used for longest, when there are too many entries or too many bytes.
 *
 * The order of use is the order of a `Map`: what is used is taken out and put in again, at the end. Every operation takes
 * constant time (amortised), whatever the number of entries.
 */
import * as Effect from "effect/Effect"
import type { CacheKey } from "./CacheKey.ts"
import type { CacheEntry, CacheStoreOf } from "./CacheStore.ts"

/** What a store may hold at most. **Units** whole numbers from 0; 0 keeps nothing. */
export interface CacheBounds {
  readonly maximumEntries: number
  readonly maximumBytes: number
}

/** Room for 2000 responses and 16 MiB. */
export const defaultCacheBounds: CacheBounds = { maximumEntries: 2_000, maximumBytes: 16 * 1024 * 1024 }

/**
 * The store, with its operations as effects that can not fail, and the same as plain functions for a caller that must not
 * wait.
 */
export interface MemoryCacheStore<A> extends CacheStoreOf<A> {
  readonly get: (key: CacheKey) => Effect.Effect<CacheEntry<A> | undefined>
  readonly put: (key: CacheKey, entry: CacheEntry<A>) => Effect.Effect<void>
  readonly remove: (key: CacheKey) => Effect.Effect<void>
  /** `get`, at once. What is found counts as used. */
  readonly peek: (key: CacheKey) => CacheEntry<A> | undefined
  /** `put`, at once. An entry larger than the whole store is not kept, and neither is the one it replaces. */
  readonly keep: (key: CacheKey, entry: CacheEntry<A>) => void
  /** `remove`, at once. */
  readonly drop: (key: CacheKey) => void
  /** What the store holds now. */
  readonly size: () => { readonly entries: number; readonly bytes: number }
}

/** Makes an empty store. */
export const makeMemoryCacheStore = <A>(bounds: CacheBounds = defaultCacheBounds): MemoryCacheStore<A> => {
  const entries = new Map<CacheKey, CacheEntry<A>>()
  // One iterator for the store's life: what it has passed is gone, so it stands before the oldest entry. A new one for
  // each eviction would walk over every entry taken out since the map last tidied itself.
  const oldest = entries.keys()
  let bytes = 0

  const peek = (key: CacheKey): CacheEntry<A> | undefined => {
    const entry = entries.get(key)
    if (entry === undefined) return undefined
    entries.delete(key)
    entries.set(key, entry)
    return entry
  }

  const drop = (key: CacheKey): void => {
    const entry = entries.get(key)
    if (entry === undefined) return
    entries.delete(key)
    bytes -= entry.bytes
  }

  const keep = (key: CacheKey, entry: CacheEntry<A>): void => {
    drop(key)
    // So written that an entry whose size is no number is not kept either.
    if (!(entry.bytes >= 0 && entry.bytes <= bounds.maximumBytes && bounds.maximumEntries > 0)) return
    entries.set(key, entry)
    bytes += entry.bytes
    while (entries.size > bounds.maximumEntries || bytes > bounds.maximumBytes) {
      const next = oldest.next()
      if (next.done === true) return
      drop(next.value)
    }
  }

  return {
    get: (key) => Effect.sync(() => peek(key)),
    put: (key, entry) => Effect.sync(() => keep(key, entry)),
    remove: (key) => Effect.sync(() => drop(key)),
    peek,
    keep,
    drop,
    size: () => ({ entries: entries.size, bytes })
  }
}
