/**
 * Runs an effect as a call of a check: a promise, with a signal that interrupts.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Ending } from "./Breaker.ts"

/** A task of a check as an effect; interruption does not wait for it. */
export const effectOf = (task: () => Promise<unknown>): Effect.Effect<unknown, unknown> =>
  Effect.callback((resume) => {
    task().then(
      (value) => resume(Effect.succeed(value)),
      (error: unknown) => resume(Effect.fail(error))
    )
  })

/** How an effect ends; `isRefusal` knows the breaker's own errors. */
export const endingOf = async (
  effect: Effect.Effect<unknown, unknown>,
  isRefusal: (error: unknown) => boolean,
  signal?: AbortSignal
): Promise<Ending> => {
  const exit = await Effect.runPromiseExit(effect, signal === undefined ? {} : { signal })
  if (Exit.isSuccess(exit)) return "succeeded"
  return isRefusal(Cause.squash(exit.cause)) ? "refused" : "failed"
}

/** The error of an exit that failed. */
export const errorOf = (exit: Exit.Exit<unknown, unknown>): unknown =>
  Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined

/** Work that is told to stop by a signal, as an effect whose interruption waits until it has closed. */
export const closingEffect = (work: (signal: AbortSignal) => Promise<unknown>): Effect.Effect<unknown, unknown> =>
  Effect.callback((resume) => {
    const controller = new AbortController()
    const done = work(controller.signal)
    done.then(
      (value) => resume(Effect.succeed(value)),
      (error: unknown) => resume(Effect.fail(error))
    )
    return Effect.promise(() => {
      controller.abort()
      return done.catch(() => undefined)
    })
  })
