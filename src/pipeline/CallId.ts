/**
 * Names for calls and jobs: the time, so that they sort, and chance, so that they do not collide.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type { CallId } from "../../schemas/Identifiers.ts"

/** Whole numbers below 2^30, which an engine turns into text without a detour over floating point. */
const part = (value: number, length: number): string => value.toString(36).padStart(length, "0")
const chance = (random: RandomSource): string => part(Math.floor(random.nextDoubleUnsafe() * 0x4000_0000), 6)

/**
 * `prefix`, the seconds and milliseconds since 1970 and 60 random bits, all in base 36. Seeded chance and a test clock
 * replay it.
 */
export const identifierOf = (prefix: string, clock: Clock.Clock, random: RandomSource): string => {
  const now = clock.currentTimeMillisUnsafe()
  return `${prefix}_${part(Math.floor(now / 1000), 6)}${part(now % 1000, 2)}_${chance(random)}${chance(random)}`
}

/** What chance is drawn from. */
export type RandomSource = typeof Random.Random.Service

/** The same, with the clock and the chance of the program. */
export const makeIdentifier = (prefix: string): Effect.Effect<string> =>
  Effect.withFiber((fiber) =>
    Effect.succeed(identifierOf(prefix, fiber.getRef(Clock.Clock), fiber.getRef(Random.Random)))
  )

/** A new call's id. */
export const callIdOf = (clock: Clock.Clock, random: RandomSource): CallId =>
  // Made here, and never empty: there is nothing to check.
  identifierOf("call", clock, random) as CallId
