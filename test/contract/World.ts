/**
 * Where a contract suite runs: a composition of the library, and how time passes in it.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { Services } from "../../layers/Services.ts"

export interface World {
  readonly name: string
  readonly layer: Layer.Layer<Services, unknown>
  /** Runs an effect to its end, with all its waits. */
  readonly pass: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Whether prompts and pictures come from simulated providers in this process. */
  readonly isSimulated: boolean
  /** Runs the effect on the real clock. */
  readonly isLive: boolean
}

/** Virtual time: the waits of an effect pass at once. */
export const passVirtually: World["pass"] = (effect) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

/** Real time: the effect takes as long as it takes. */
export const passReally: World["pass"] = (effect) => effect
