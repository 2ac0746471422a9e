/**
 * The way of a request to a simulated provider, over any transport. A request that was sent arrives and is processed,
 * also when its sender has gone away meanwhile: what is on its way can not be called back.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { ScriptedAnswer } from "./Messages.ts"
import type { Simulation, UnderwayRequest } from "./Simulation.ts"

/** The answer, when the request has arrived. Interrupting it ends the waiting alone. */
export const deliver = (simulation: Simulation, underway: UnderwayRequest): Effect.Effect<ScriptedAnswer> => {
  const arrive = Clock.clockWith((clock) =>
    Effect.sync(() =>
      simulation.process(underway, clock.currentTimeMillisUnsafe(), Number(clock.monotonicTimeNanosUnsafe()))
    )
  )
  if (underway.thereMillis <= 0) return arrive
  return Effect.sleep(underway.thereMillis).pipe(
    Effect.andThen(arrive),
    Effect.forkDetach({ startImmediately: true }),
    Effect.flatMap(Fiber.join)
  )
}
