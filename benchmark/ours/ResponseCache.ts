/**
 * The library's response cache around a call: the key is hashed, the look-up misses, the answer is stored.
 */
import * as Effect from "effect/Effect"
import { defaultOwner } from "../../schemas/Identifiers.ts"
import { promptOf } from "../speed/Workload.ts"
import { whenThere } from "./WhenThere.ts"

const load = async () => {
  const { make } = await import("../../src/cache/MakeResponseCache.ts")
  const { cacheKey } = await import("../../src/cache/CacheKey.ts")
  return { make, cacheKey }
}

const spans = { freshMillis: 60_000, staleMillis: 60_000 }

/** Wraps a call so that it is looked up first and stored after; absent where there is no cache yet. */
export const loadCached = async () => {
  const module = await whenThere(load)
  if (module === undefined) return undefined
  const { cacheKey, make } = module
  const cache = await Effect.runPromise(make<string>({ bytesOf: (it) => it.length }))
  let calls = 0
  return <E, R>(call: Effect.Effect<unknown, E, R>) =>
    Effect.suspend(() => {
      const key = cacheKey({
        schemaVersion: 1,
        templateVersion: "benchmark",
        model: "deepseek-flash",
        thinking: false,
        baseURL: "https://api.deepseek.com",
        isSimulated: false,
        owner: defaultOwner,
        request: { prompt: promptOf(calls++), mode: "balanced", parameters: {}, maximumCharacters: 2_000 }
      })
      return Effect.flatMap(cache.lookup(key, spans), (found) =>
        found._tag === "Miss" ? Effect.andThen(call, cache.store(key, "a red fox")) : Effect.void
      )
    })
}
