/**
 * Whether a kept response may still be used, from its age alone.
 *
 * ```text
 * 0 ........ freshMillis ........ staleMillis ........
 *   Fresh                 Stale                Expired
 * ```
 *
 * Ages are of the wall clock, because entries outlive the process. A clock that was put back means that no time has
 * passed: an age is never negative.
 */
import type { CacheEntry } from "./CacheStore.ts"

/**
 * How long a response may be used.
 *
 * **Units** milliseconds since it was stored, from 0. Below `freshMillis` it is as good as a new one, from there to
 * below `staleMillis` it stands in for a provider that fails. `freshMillis: 0` takes nothing for fresh; a `staleMillis`
 * that is not above `freshMillis` leaves no time in which anything is stale.
 */
export interface FreshnessSpans {
  readonly freshMillis: number
  readonly staleMillis: number
}

/** What an entry is good for. **Units** `ageMillis` from 0. */
export type Freshness =
  | { readonly _tag: "Fresh"; readonly ageMillis: number }
  | { readonly _tag: "Stale"; readonly ageMillis: number }
  | { readonly _tag: "Expired" }

const expired: Freshness = { _tag: "Expired" }

/** Judges an entry. **Units** `now` in milliseconds since 1970. */
export const judge = (
  entry: Pick<CacheEntry<unknown>, "storedAt">,
  now: number,
  { freshMillis, staleMillis }: FreshnessSpans
): Freshness => {
  const ageMillis = Math.max(0, now - entry.storedAt)
  if (ageMillis < freshMillis) return { _tag: "Fresh", ageMillis }
  return ageMillis < staleMillis ? { _tag: "Stale", ageMillis } : expired
}
