/**
 * Where paid requests run: in fibers of the service, not of any caller. A caller that is interrupted, or whose deadline
 * passes, is released at once; the exchange goes on under its own attempt timeout and is recorded.
 *
 * When the program ends, exchanges in flight are given `submitGrace`, then cut; what was cut is recorded as unknown.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { LiveSettings } from "../settings/LiveSettings.ts"

/** Runs an effect to its end, whatever becomes of the fiber that waits for it. */
export interface PaidExchanges {
  readonly run: <A, E>(exchange: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

/** Makes the place; it closes with the scope it is made in. */
export const makePaidExchanges: Effect.Effect<PaidExchanges, never, Scope.Scope | LiveSettings> = Effect.gen(
  function* () {
    const settings = yield* LiveSettings
    const inFlight = new Set<Fiber.Fiber<unknown, unknown>>()
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        if (inFlight.size === 0) return
        const { submitGrace } = (yield* settings.current).settings.nanobanana
        yield* Effect.timeoutOption(Fiber.awaitAll([...inFlight]), submitGrace)
        yield* Fiber.interruptAll([...inFlight])
      })
    )
    return {
      run: (exchange) =>
        Effect.uninterruptibleMask((restore) =>
          Effect.gen(function* () {
            const fiber = yield* Effect.forkDetach(Effect.interruptible(exchange), { startImmediately: true })
            inFlight.add(fiber)
            fiber.addObserver(() => inFlight.delete(fiber))
            return yield* restore(Fiber.join(fiber))
          })
        )
    }
  }
)
