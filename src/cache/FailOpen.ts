/**
 * Asks the store behind the cache for something, and goes on without it where it fails, dies, or takes too long: a call
 * is never failed, and never held up for longer than the time allowed, by what was only meant to save it a request.
 *
 * A store that is down fails every call: it is logged once a minute, with the number of failures since the last line.
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import type { CacheStoreFailed, CacheStoreOperation } from "./CacheStore.ts"

/** Asks, and counts what was in vain. */
export interface FailOpen {
  /** What the store answers, or `undefined` where it does not. */
  readonly ask: <A>(
    operation: CacheStoreOperation,
    effect: Effect.Effect<A, CacheStoreFailed>
  ) => Effect.Effect<A | undefined>
  /** How often it did not, since the beginning. */
  readonly failures: () => number
}

const quietMillis = 60_000

/** Makes one, for one store. `timeout` bounds each operation. */
export const makeFailOpen = (timeout: Duration.Input): FailOpen => {
  let failures = 0
  let told = 0
  let quietUntil = Number.NEGATIVE_INFINITY

  const tell = (operation: CacheStoreOperation, problem: string) =>
    Effect.flatMap(monotonicMillis, (now) => {
      failures += 1
      if (now < quietUntil) return Effect.void
      quietUntil = now + quietMillis
      const since = failures - told
      told = failures
      return Effect.logWarning("the store of the response cache failed; calls go on without it").pipe(
        Effect.annotateLogs({ operation, problem, failures: since })
      )
    })

  return {
    ask: (operation, effect) =>
      Effect.gen(function* () {
        const exit = yield* exitWithin(effect, timeout)
        if (exit === undefined) yield* tell(operation, "no answer in time")
        else if (Exit.isSuccess(exit)) return exit.value
        else yield* tell(operation, problemOf(exit.cause))
        return undefined
      }),
    failures: () => failures
  }
}

/** The exit of an effect, or `undefined` if it has none in time: it is interrupted then, and not waited for. */
const exitWithin = <A, E>(
  effect: Effect.Effect<A, E>,
  timeout: Duration.Input
): Effect.Effect<Exit.Exit<A, E> | undefined> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      // A fiber of its own: to interrupt an effect that can not be interrupted would mean to wait for it.
      const fiber = yield* Effect.forkDetach(effect, { startImmediately: true })
      return yield* restore(Effect.timeoutOption(Fiber.await(fiber), timeout)).pipe(
        Effect.map(Option.getOrUndefined),
        Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe()))
      )
    })
  )

/** What may be logged: a defect's message may hold what was being stored, so only its class is named. */
const problemOf = (cause: Cause.Cause<CacheStoreFailed>): string => {
  const failure = Cause.findErrorOption(cause)
  if (Option.isSome(failure)) return failure.value.problem
  const defect = Cause.squash(cause)
  return defect instanceof Error ? `defect ${defect.name}` : "defect"
}
