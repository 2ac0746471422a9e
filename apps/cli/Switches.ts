/**
 * The one variable that belongs to programs and not to the settings: `USE_MOCK_APIS`.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { lookupIn, variableSources } from "../../layers/settings/VariableSources.ts"
import { booleanWord } from "../../src/settings/VariableForm.ts"

/**
 * Whether the providers are to be simulated; `undefined` where it is not said.
 *
 * **Errors** `ConfigurationError` when the text is neither true nor false.
 */
export const useMockApis: Effect.Effect<boolean | undefined, ConfigurationError> = Effect.gen(function* () {
  const name = "USE_MOCK_APIS"
  const found = (yield* lookupIn(yield* variableSources, [name]))(name)
  if (found === undefined) return undefined
  const value = booleanWord(found.text.trim())
  if (value !== undefined) return value
  return yield* new ConfigurationError({ problems: [{ name, problem: "the value can not be used", expected: "true or false" }] })
})

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
