/**
 * Waiters that are fibers: each is forked at the root, as a request of a server would be, and waits in `guarded`.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { OpenedQueue, WaiterClass } from "./QueueCase.ts"

/** Puts an effect behind the door. */
export type Guard = <A, E>(effect: Effect.Effect<A, E>, waiterClass: WaiterClass) => Effect.Effect<unknown, unknown>

/** A queue of fibers behind a guard with one place. */
export const fibersBehind = async (guard: Guard, done: () => void, gone: () => void): Promise<OpenedQueue> => {
  const gate = Deferred.makeUnsafe<void>()
  const inside = Promise.withResolvers<void>()
  const holder = Effect.andThen(
    Effect.sync(() => inside.resolve()),
    Deferred.await(gate)
  )
  Effect.runFork(guard(holder, 0))
  await inside.promise
  const task = Effect.sync(done)
  const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
  return {
    add: (waiterClass, isCancellable) => {
      const fiber = Effect.runFork(guard(task, waiterClass))
      if (!isCancellable) return
      fibers.push(fiber)
      fiber.addObserver(gone)
    },
    cancel: (index) => fibers[index]?.interruptUnsafe(),
    release: () => {
      Effect.runFork(Deferred.succeed(gate, undefined))
    }
  }
}
