/**
 * `LiveSettings` from the surroundings: code over environment over `.env` over the settings file over the defaults.
 *
 * Which variables there are is the table of `src/settings/Variables.ts`; where they are looked up, `VariableSources.ts`.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { QuotaScope } from "../../schemas/Provider.ts"
import { ConfigurationError, type Settings, type SettingsDocument } from "../../schemas/Settings.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { missingKeys } from "../../src/settings/RequireKeys.ts"
import {
  checkEntries,
  entriesOfDocument,
  entriesOfVariables,
  type SettingEntries,
  settingsOf
} from "../../src/settings/SettingEntries.ts"
import { entriesOfFile, noContents, type SettingsFile } from "../../src/settings/SettingsFile.ts"
import { entriesOfSources, type SettingSources } from "../../src/settings/SettingsState.ts"
import { makeLiveSettings, orConfigurationError } from "../../src/settings/SettingsInMemory.ts"
import type { ProxyEnvironment } from "../../src/transport/ProxyRules.ts"
import { settingPaths, settingVariables, wideVariables } from "../../src/settings/Variables.ts"
import { makeConfigFile } from "./ConfigFile.ts"
import { withPriceFile } from "./PriceFile.ts"
import { proxyProblems } from "./ProxySettings.ts"
import { SettingsWatch } from "./SettingsWatch.ts"
import { configFileLocation, configFileVariable, lookupIn, variableSources } from "./VariableSources.ts"

/**
 * **Details** `code` goes over the environment. `requireKeys` (default false) refuses settings in which a provider of
 * `providers` has no key, at the start and at every change; `keptKeys` says which accounts have one elsewhere. `proxy` is where the transport takes its proxy from: what it can not use is refused too.
 */
export interface EnvironmentSettingsOptions {
  readonly code?: SettingsDocument
  readonly requireKeys?: boolean
  readonly keptKeys?: (settings: Settings) => Effect.Effect<ReadonlySet<QuotaScope>, ConfigurationError>
  readonly proxy?: ProxyEnvironment
}

/**
 * The settings of the program's surroundings.
 *
 * **Errors** `ConfigurationError` with every value that can not be used, and every key that is missing, together.
 */
export const layerFromEnvironment = (
  options: EnvironmentSettingsOptions = {}
): Layer.Layer<LiveSettings, ConfigurationError> =>
  Layer.effect(
    LiveSettings,
    Effect.gen(function* () {
      const { file, settings, sources } = yield* loadSettings(options)
      const watch = yield* SettingsWatch
      const { file: _, ...stronger } = sources
      const parts = {
        code: { entries: stronger.code, problems: [] },
        variables: stronger.variables,
        file,
        watch
      }
      if (options.requireKeys !== true) return yield* makeLiveSettings(parts)
      const kept = yield* keptKeysOf(options, settings)
      return yield* makeLiveSettings({ ...parts, check: (next) => missingKeys(next, kept) })
    })
  )

/**
 * The settings, the entries they were made of by source, for whoever must tell where a value comes from, and the settings
 * file.
 */
export interface LoadedSettings {
  readonly settings: Settings
  readonly entries: SettingEntries
  readonly sources: SettingSources
  readonly file: SettingsFile
}

/** Reads the settings once, without a service. **Errors** as `layerFromEnvironment`. */
export const loadSettings = (
  options: EnvironmentSettingsOptions = {}
): Effect.Effect<LoadedSettings, ConfigurationError> =>
  Effect.flatMap(inspectSettings(options), ({ problems, ...loaded }) =>
    problems.length === 0 ? Effect.succeed(loaded) : Effect.fail(new ConfigurationError({ problems }))
  )

/**
 * Reads the settings as far as they go: what can not be used is left out and listed in `problems`.
 *
 * **Errors** `ConfigurationError` only where `.env` can not be read.
 */
export const inspectSettings = (
  options: EnvironmentSettingsOptions = {}
): Effect.Effect<LoadedSettings & { readonly problems: ConfigurationError["problems"] }, ConfigurationError> =>
  Effect.gen(function* () {
    const places = yield* variableSources
    const lookup = yield* lookupIn(places, variableNames)
    const code = entriesOfDocument(options.code ?? {})
    const variables = yield* withPriceFile(entriesOfVariables(lookup))
    const location = yield* configFileLocation
    const file = location === undefined ? noSettingsFile : makeConfigFile(location)
    const written = entriesOfFile(yield* file.read)
    const sources = { code: code.entries, variables: variables.entries, file: written.entries }
    const { usable, problems } = checkEntries(entriesOfSources(sources))
    const settings = yield* orConfigurationError(settingsOf(usable))
    const unread = places.flatMap((it) => it.problems)
    const bad = [...code.problems, ...unread, ...variables.problems, ...written.problems, ...problems]
    const kept = options.requireKeys === true ? yield* keptKeysOf(options, settings) : noKeys
    const missing = missingKeys(settings, kept).filter(({ name }) => !bad.some((it) => variableOf(it.name) === name))
    const all = [...bad, ...(options.requireKeys === true ? missing : []), ...proxyProblems(options.proxy ?? {})]
    return { settings, entries: usable, sources, file, problems: all }
  })

/** Where a program has no settings file, nothing can be saved. */
const noSettingsFile: SettingsFile = {
  name: "the settings file",
  read: Effect.succeed(noContents),
  edit: () =>
    Effect.fail(
      new ConfigurationError({
        problems: [
          { name: configFileVariable, problem: "names no settings file", expected: "the path of ludeng.config.json" }
        ]
      })
    ),
  changes: Stream.never
}

const noKeys: ReadonlySet<QuotaScope> = new Set()

const keptKeysOf = ({ keptKeys }: EnvironmentSettingsOptions, settings: Settings) =>
  keptKeys === undefined ? Effect.succeed(noKeys) : keptKeys(settings)

// A bad key is one problem, under whichever name it was given, and not a missing key besides.
const variableOf = (name: string): string => {
  const path = settingPaths.find((it) => it === name)
  return path === undefined ? name : settingVariables[path].name
}

const variableNames = [...wideVariables, ...settingPaths.map((path) => settingVariables[path])].map((it) => it.name)
