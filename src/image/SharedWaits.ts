/**
 * Waits that many share: whoever has to wait for the same thing joins the wait that is under way, and all go on at its
 * end in the order in which they came. So a door that opens again finds its queue as it was, and there is one timer.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A wait. **Units** `until` in milliseconds since 1970. */
export interface SharedWait {
  readonly until: number
  readonly end: Effect.Effect<void>
}

/** The waits, by what is waited for. */
export interface SharedWaits {
  /** The wait that is under way, or a new one of this length. */
  readonly begin: (what: string, length: Duration.Duration) => Effect.Effect<SharedWait>
}

/** Makes the waits; their timers end with the scope. */
export const makeSharedWaits = (scope: Scope.Scope): SharedWaits => {
  const underWay = new Map<string, SharedWait>()
  return {
    begin: Effect.fnUntraced(function* (what, length) {
      const begun = underWay.get(what)
      if (begun !== undefined) return begun
      const isOver = yield* Deferred.make<void>()
      const now = yield* Clock.currentTimeMillis
      const wait = { until: Math.ceil(now + Duration.toMillis(length)), end: Deferred.await(isOver) }
      underWay.set(what, wait)
      const ending = Effect.suspend(() => {
        underWay.delete(what)
        return Deferred.succeed(isOver, undefined)
      })
      yield* Effect.forkIn(Effect.andThen(Effect.sleep(length), ending), scope, { startImmediately: true })
      return wait
    })
  }
}
