/**
 * Builds the cache of enhancements: in memory, and over the store of the program where it provides a `CacheStore`.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { bytesOfCached, type CachedEnhancement } from "./CachedEnhancement.ts"
import { CacheStore } from "./CacheStore.ts"
import { make as makeResponseCache } from "./MakeResponseCache.ts"
import type { ResponseCacheOf } from "./ResponseCache.ts"

/** The service, with the bounds of `MemoryCacheStore.ts`. */
export const make: Effect.Effect<ResponseCacheOf<CachedEnhancement>> = Effect.flatMap(
  Effect.serviceOption(CacheStore),
  (store) =>
    makeResponseCache({
      bytesOf: bytesOfCached,
      ...(Option.isSome(store) ? { store: store.value } : {})
    })
)
