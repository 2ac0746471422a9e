/**
 * Effect's own `RateLimiter`. Tiers are keys, asked one after the other.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as RateLimiter from "effect/persistence/RateLimiter"
import type { MakePaced } from "../Paced.ts"

const layer = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))

/** With one of its algorithms. */
export const makeWith =
  (algorithm: "fixed-window" | "token-bucket"): MakePaced =>
  async (tiers) => {
    const runtime = ManagedRuntime.make(layer)
    const withLimiter = await runtime.runPromise(RateLimiter.makeWithRateLimiter)
    const limited = (task: () => void, onExceeded: "delay" | "fail") =>
      tiers.reduceRight<Effect.Effect<void, unknown>>(
        (inner, { limit, window }) => withLimiter({ key: `${window}`, limit, window, algorithm, onExceeded })(inner),
        Effect.sync(task)
      )
    return {
      run: (task, signal) => runtime.runPromise(limited(task, "delay"), signal === undefined ? {} : { signal }),
      attempt: (task) => runtime.runPromise(limited(task, "fail"))
    }
  }
