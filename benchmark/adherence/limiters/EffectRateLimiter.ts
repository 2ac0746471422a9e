/**
 * Effect's own `RateLimiter`, which tells each caller how long to wait. Two tiers are two keys, asked one after the other.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as RateLimiter from "effect/persistence/RateLimiter"
import type { OpenLimiter } from "../Limiter.ts"

const layer = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))

/** With one of its algorithms. */
export const openWith =
  (algorithm: "fixed-window" | "token-bucket"): OpenLimiter =>
  async (tiers) => {
    const runtime = ManagedRuntime.make(layer)
    const withLimiter = await runtime.runPromise(RateLimiter.makeWithRateLimiter)
    return (task) => {
      const limited = tiers.reduceRight<Effect.Effect<void, unknown>>(
        (inner, { limit, window }) =>
          withLimiter({ key: `${window}`, limit, window, algorithm, onExceeded: "delay" })(inner),
        Effect.sync(task)
      )
      runtime.runFork(limited)
    }
  }
