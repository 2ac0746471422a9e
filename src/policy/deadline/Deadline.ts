/**
 * Deadlines are absolute instants of the monotonic clock: whatever waits, retries or nests inside a call reads the same
 * one, and a wall clock that is put back or forward moves none of them.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** The reading of a monotonic clock. **Units** milliseconds, with fractions. */
export const millisOf = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** **Units** milliseconds of the monotonic clock, with fractions. */
export const monotonicMillis: Effect.Effect<number> = Effect.map(Clock.Clock, millisOf)

/** What is left until the deadline, never negative. */
export const remaining = (deadlineAt: number, now: number): Duration.Duration =>
  Duration.millis(Math.max(0, deadlineAt - now))
