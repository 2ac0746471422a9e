/**
 * A rate limiter with one tier or several, as the checks of who gives up use it.
 */
import type { Tier } from "../adherence/Limiter.ts"

/** A limiter. */
export interface Paced {
  /** Runs the task when its turn comes; the caller leaves when the signal aborts. */
  readonly run: (task: () => void, signal?: AbortSignal) => Promise<unknown>
  /** Runs the task now or is refused, where the library can refuse. */
  readonly attempt?: (task: () => void) => Promise<unknown>
}

/** Makes a limiter; the shorter tier first. Absent where it is not there yet. */
export type MakePaced = (tiers: ReadonlyArray<Tier>) => Promise<Paced | undefined>
