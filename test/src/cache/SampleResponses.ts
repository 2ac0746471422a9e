/** Kept responses to test with. */
import type { CachedEnhancement } from "../../../src/cache/CachedEnhancement.ts"
import { CacheKey } from "../../../src/cache/CacheKey.ts"
import type { CacheEntry } from "../../../src/cache/CacheStore.ts"

export const keyOf = (name: string): CacheKey => CacheKey(name.padStart(64, "0"))

export const responseOf = (prompt: string): CachedEnhancement => ({
  prompt,
  model: "deepseek-flash",
  isSimulated: false,
  shortened: false,
  cost: { usdMicros: 120, basis: "measured" }
})

export const entryOf = (prompt: string, storedAt = 1_000, bytes = 100): CacheEntry<CachedEnhancement> => ({
  value: responseOf(prompt),
  storedAt,
  bytes
})
