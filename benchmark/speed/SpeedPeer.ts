/**
 * What a peer of the speed section is: something that keeps a number of calls in flight until the meter is over.
 */
import type { Meter } from "./Meter.ts"

/** A peer that is ready. */
export interface OpenedPeer {
  /** Keeps `workers` calls in flight; resolves when the last one has ended. Rejects at the first call that fails. */
  readonly loop: (workers: number, meter: Meter) => Promise<void>
  /** Spans ended so far, where a tracer records. */
  readonly spans?: () => number
}

/** Opens a peer on a base URL, for at most `workers` calls at once. */
export type OpenPeer = (baseUrl: string, workers: number) => Promise<OpenedPeer>

/** The loop of a peer whose call is a function that returns a promise. */
export const loopOf =
  (call: () => Promise<unknown>): OpenedPeer["loop"] =>
  async (workers, meter) => {
    const work = async () => {
      while (!meter.isOver) {
        const begunAt = meter.begin()
        await call()
        meter.end(begunAt)
      }
    }
    await Promise.all(Array.from({ length: workers }, work))
  }
