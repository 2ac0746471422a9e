/**
 * The body of `LiveSettings`: the entries as given, the settings they make, and a version that counts up. A change is
 * merged over the entries and taken whole or not at all; whoever reads `current` keeps what was read.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { ConfigurationError, type SettingProblem, type Settings, type SettingsVersion } from "../../schemas/Settings.ts"
import { LiveSettings } from "./LiveSettings.ts"
import {
  type DocumentEntries,
  entriesOfDocument,
  mergeEntries,
  type SettingEntries,
  settingsOf
} from "./SettingEntries.ts"

interface State {
  readonly entries: SettingEntries
  readonly version: SettingsVersion
}

/** What settings that can be used lack all the same. */
export type SettingsCheck = (settings: Settings) => ReadonlyArray<SettingProblem>

/**
 * Makes the service from entries. `check` is asked of every change, and not of the first settings: who made them has
 * told what they lack.
 *
 * **Errors** `ConfigurationError` with every value that can not be used, and every problem found before.
 */
export const makeLiveSettings = Effect.fnUntraced(function* (
  document: DocumentEntries,
  check: SettingsCheck = () => []
) {
  const state = yield* SubscriptionRef.make(yield* stateOf(1, document, () => []))
  const latest = () => SubscriptionRef.getUnsafe(state).version
  return LiveSettings.of({
    current: Effect.sync(latest),
    latest,
    update: (change) =>
      Effect.map(
        SubscriptionRef.updateAndGetEffect(state, (before) => {
          const { entries, problems } = entriesOfDocument(change)
          const merged = { entries: mergeEntries(before.entries, entries), problems }
          return stateOf(before.version.version + 1, merged, check)
        }),
        ({ version }) => version
      ),
    changes: Stream.map(SubscriptionRef.changes(state), ({ version }) => version)
  })
})

/** A list of problems as the error that carries them. */
export const orConfigurationError = <A>(
  result: Result.Result<A, ConfigurationError["problems"]>
): Effect.Effect<A, ConfigurationError> =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems })))

const stateOf = (
  version: number,
  { entries, problems }: DocumentEntries,
  check: SettingsCheck
): Effect.Effect<State, ConfigurationError> =>
  Effect.flatMap(orConfigurationError(settingsOf(entries, problems)), (settings) => {
    const lacking = check(settings)
    return lacking.length > 0
      ? Effect.fail(new ConfigurationError({ problems: lacking }))
      : Effect.succeed({ entries, version: { version, settings } })
  })
