/**
 * Names for calls and jobs: the time, so that they sort, and chance, so that they do not collide.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { CallId } from "../../schemas/Identifiers.ts"

const randomPart = Random.nextIntBetween(0, 0xffffffff)
const hex = (value: number): string => value.toString(16).padStart(8, "0")

/** `prefix`, milliseconds since 1970 in base 36, and 64 random bits. Seeded chance and a test clock replay it. */
export const makeIdentifier = (prefix: string): Effect.Effect<string> =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    return `${prefix}_${now.toString(36)}_${hex(yield* randomPart)}${hex(yield* randomPart)}`
  })

/** A new call's id. */
export const makeCallId: Effect.Effect<CallId> = Effect.map(makeIdentifier("call"), (text) => CallId.make(text))
