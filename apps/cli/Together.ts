/**
 * Two readings of the surroundings as one, so that a person hears of all bad values at once.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { ConfigurationError } from "../../schemas/Settings.ts"

/** Both values; where both fail, one error with the problems of both. */
export const together = <A, B>(
  left: Effect.Effect<A, ConfigurationError>,
  right: Effect.Effect<B, ConfigurationError>
): Effect.Effect<readonly [A, B], ConfigurationError> =>
  Effect.gen(function* () {
    const first = yield* Effect.result(left)
    const second = yield* Effect.result(right)
    if (Result.isSuccess(first) && Result.isSuccess(second)) return [first.success, second.success] as const
    const failed = [Result.getFailure(first), Result.getFailure(second)].flatMap(Option.toArray)
    return yield* new ConfigurationError({ problems: failed.flatMap((error) => error.problems) })
  })
