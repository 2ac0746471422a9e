/**
 * The body of `LiveSettings`: the entries as given, the settings they make, and a version that counts up. A change is
 * merged over the entries and taken whole or not at all; whoever reads `current` keeps what was read.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { ConfigurationError, type SettingsVersion } from "../../schemas/Settings.ts"
import { LiveSettings } from "./LiveSettings.ts"
import {
  type DocumentEntries,
  entriesOfDocument,
  mergeEntries,
  type SettingEntries,
  settingsOf
} from "./SettingEntries.ts"

interface State extends SettingsVersion {
  readonly entries: SettingEntries
}

/**
 * Makes the service from entries.
 *
 * **Errors** `ConfigurationError` with every value that can not be used, and every problem found before.
 */
export const makeLiveSettings = Effect.fnUntraced(function* (document: DocumentEntries) {
  const first = yield* stateOf(1, document)
  const state = yield* SubscriptionRef.make(first)
  let latest = versionOf(first)
  return LiveSettings.of({
    current: Effect.sync(() => latest),
    update: (change) =>
      SubscriptionRef.updateAndGetEffect(state, (current) => {
        const { entries, problems } = entriesOfDocument(change)
        return stateOf(current.version + 1, { entries: mergeEntries(current.entries, entries), problems })
      }).pipe(
        Effect.map((next) => {
          latest = versionOf(next)
          return latest
        })
      ),
    changes: Stream.map(SubscriptionRef.changes(state), versionOf)
  })
})

/** A list of problems as the error that carries them. */
export const orConfigurationError = <A>(
  result: Result.Result<A, ConfigurationError["problems"]>
): Effect.Effect<A, ConfigurationError> =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems })))

const stateOf = (version: number, { entries, problems }: DocumentEntries): Effect.Effect<State, ConfigurationError> =>
  Effect.map(orConfigurationError(settingsOf(entries, problems)), (settings) => ({ version, settings, entries }))

const versionOf = ({ version, settings }: State): SettingsVersion => ({ version, settings })
