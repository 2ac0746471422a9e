/**
 * How long an opening lasts: longer with each one in a row, spread by chance, never shorter than the provider asked for.
 *
 * ```text
 * grown(n) = min(openCap, open * growth^(n-1))
 * time     = max(grown, min(hint, 1 h)) + grown * jitter * chance
 * ```
 *
 * The jitter stands on top of the hint: those who got the same hint do not come back together.
 */
import type { CircuitConfig } from "./CircuitConfig.ts"

/** The longest hint that an open time follows. **Units** milliseconds: one hour. */
export const longestOpenHintMillis = 3_600_000

/**
 * The open time of the `openings`-th opening in a row. **Units** whole milliseconds; `openings` from 1; `chance` from
 * [0, 1). A hint that is not a positive number is none.
 *
 * ```ts
 * import { defaultCircuitConfig, openTimeMillis } from "@ludeng/providers"
 *
 * const times = [1, 2, 3, 20].map((openings) => openTimeMillis(defaultCircuitConfig, openings, undefined, 0))
 * times // => [5000, 10000, 20000, 300000]
 * openTimeMillis(defaultCircuitConfig, 1, undefined, 0.5) // => 5500
 * openTimeMillis(defaultCircuitConfig, 1, 60_000, 0.5) // => 60500
 * ```
 */
export const openTimeMillis = (
  config: CircuitConfig,
  openings: number,
  hintMillis: number | undefined,
  chance: number
): number => {
  const grown = Math.min(config.openCapMillis, config.openMillis * config.openGrowth ** (openings - 1))
  const hint = hintMillis !== undefined && hintMillis > 0 ? Math.min(hintMillis, longestOpenHintMillis) : 0
  return Math.ceil(Math.max(grown, hint) + grown * config.openJitter * chance)
}
