/**
 * The loop of a peer whose call is an effect: fibers inside one runtime, as a backend would have them.
 */
import * as Effect from "effect/Effect"
import type { Meter } from "./Meter.ts"

/** Keeps `workers` fibers calling until the meter is over. */
export const fibersOf = <E, R>(call: () => Effect.Effect<unknown, E, R>, workers: number, meter: Meter) => {
  const worker = Effect.whileLoop({
    while: () => !meter.isOver,
    body: () => {
      const begunAt = meter.begin()
      return Effect.map(call(), () => meter.end(begunAt))
    },
    step: () => undefined
  })
  return Effect.forEach(
    Array.from({ length: workers }, (_, index) => index),
    () => worker,
    { concurrency: "unbounded", discard: true }
  )
}
