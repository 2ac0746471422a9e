/**
 * Many calls of an effect, in fibers.
 */
import * as Effect from "effect/Effect"

/** Makes `calls` calls in `workers` fibers. */
export const fibersMany = <E, R>(call: () => Effect.Effect<unknown, E, R>, calls: number, workers: number) => {
  let left = calls
  const worker = Effect.whileLoop({ while: () => left-- > 0, body: call, step: () => undefined })
  return Effect.forEach(
    Array.from({ length: workers }, (_, index) => index),
    () => worker,
    { concurrency: "unbounded", discard: true }
  )
}
