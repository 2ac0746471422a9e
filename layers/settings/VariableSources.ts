/**
 * Where environment variables are looked up: the process environment first, then the file `.env` in the working
 * directory.
 *
 * Both are effect's `ConfigProvider`. A program that provides its own `ConfigProvider` has replaced both: its tests and
 * its hosts never read a stray `.env`.
 */
import { readFileSync, statSync } from "node:fs"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { ConfigurationError, type SettingProblem } from "../../schemas/Settings.ts"
import type { SettingSource } from "../../schemas/SettingsChange.ts"
import type { VariableLookup } from "../../src/settings/SettingEntries.ts"
import { isNoKey } from "../../src/settings/VariableForm.ts"
import { variablePrefixes } from "../../src/settings/MisspelledVariables.ts"
import type { ConfigFileLocation } from "./ConfigFile.ts"
import { dotEnvProblems } from "./DotEnvLines.ts"

/** The file that is read besides the environment. Default `.env`; set it to read another, also beside a `ConfigProvider`. */
export const DotEnvFile = Context.Reference<string>("@ludeng/providers/settings/DotEnvFile", {
  defaultValue: () => ".env"
})

/**
 * The settings file. Default: what `LUDENG_CONFIG` names, else `ludeng.config.json` where there is one; set it to read
 * another, also beside a `ConfigProvider`.
 */
export const ConfigFile = Context.Reference<string>("@ludeng/providers/settings/ConfigFile", {
  defaultValue: () => "ludeng.config.json"
})

/** The variable that names another settings file. */
export const configFileVariable = "LUDENG_CONFIG"

/** One place to look in; `problems` are what of it can not be read. */
export interface VariableSource {
  readonly source: SettingSource
  readonly provider: ConfigProvider.ConfigProvider
  readonly problems: ReadonlyArray<SettingProblem>
}

/**
 * The places to look in, strongest first.
 *
 * **Errors** `ConfigurationError` when there is a `.env` and it can not be read.
 */
export const variableSources: Effect.Effect<ReadonlyArray<VariableSource>, ConfigurationError> = Effect.gen(
  function* () {
    const context = yield* Effect.context<never>()
    const replaced = Context.getOrUndefined(context, ConfigProvider.ConfigProvider)
    const provider = yield* ConfigProvider.ConfigProvider
    const environment: VariableSource = { source: "environment", provider, problems: [] }
    if (replaced !== undefined && Context.getOrUndefined(context, DotEnvFile) === undefined) return [environment]
    const file = yield* DotEnvFile
    const contents = yield* dotEnvContents(file)
    const dotEnv = ConfigProvider.fromDotEnvContents(contents)
    return [environment, { source: ".env", provider: dotEnv, problems: dotEnvProblems(file, contents) }]
  }
)

/**
 * Reads variables out of the sources; text that is blank, or the placeholder of `.env.example`, counts as not set.
 *
 * **Errors** `ConfigurationError` when a source can not be read.
 */
export const lookupIn = (
  sources: ReadonlyArray<VariableSource>,
  names: ReadonlyArray<string>
): Effect.Effect<VariableLookup, ConfigurationError> =>
  Effect.gen(function* () {
    const found = new Map<string, { readonly text: string; readonly source: SettingSource }>()
    for (const name of names) {
      for (const { source, provider } of sources) {
        const text =
          (yield* Effect.mapError(provider.load([name]), () => unreadable(name, "a readable source of variables")))
            ?.value ?? ""
        if (!isNoKey(text) && !found.has(name)) found.set(name, { text, source })
      }
    }
    return (name) => found.get(name)
  })

/** The names of all variables that are set in the sources and begin with one of our prefixes. */
export const ownNamesIn = (sources: ReadonlyArray<VariableSource>): Effect.Effect<ReadonlySet<string>> =>
  Effect.gen(function* () {
    const names = new Set<string>()
    const walk = (provider: ConfigProvider.ConfigProvider, path: ReadonlyArray<string>): Effect.Effect<void> =>
      Effect.gen(function* () {
        const node = yield* Effect.orElseSucceed(provider.load(path), () => undefined)
        if (node?.value !== undefined) names.add(path.join("_"))
        if (node === undefined || node._tag === "Value" || path.length > deepestName) return
        const below = node._tag === "Record" ? [...node.keys] : Array.from({ length: node.length }, (_, it) => `${it}`)
        for (const segment of below) yield* walk(provider, [...path, segment])
      })
    for (const { provider } of sources) for (const prefix of variablePrefixes) yield* walk(provider, [prefix])
    return names
  })

/** In parts between underscores: `LUDENG_BUDGET_PER_OWNER_PER_MONTH` has six. */
const deepestName = 8

/**
 * Where the settings file is; `undefined` where a program has a `ConfigProvider` of its own that names none: it reads no
 * stray file.
 *
 * **Errors** `ConfigurationError` when a source of variables can not be read.
 */
export const configFileLocation: Effect.Effect<ConfigFileLocation | undefined, ConfigurationError> = Effect.gen(
  function* () {
    const context = yield* Effect.context<never>()
    const given = Context.getOrUndefined(context, ConfigFile)
    if (given !== undefined) return { path: given, isNamed: false }
    const lookup = yield* lookupIn(yield* variableSources, [configFileVariable])
    const named = lookup(configFileVariable)?.text.trim()
    if (named !== undefined) return { path: named, isNamed: true }
    const isReplaced = Context.getOrUndefined(context, ConfigProvider.ConfigProvider) !== undefined
    return isReplaced ? undefined : { path: yield* ConfigFile, isNamed: false }
  }
)

/**
 * Makes effect's `Config` see the environment over `.env`.
 *
 * **Errors** `ConfigurationError` when there is a `.env` and it can not be read.
 */
export const layerConfigProvider: Layer.Layer<never, ConfigurationError> = ConfigProvider.layer(
  Effect.map(variableSources, (sources) =>
    sources.map((it) => it.provider).reduce((first, then) => ConfigProvider.orElse(first, then))
  )
)

const maximumBytes = 1_048_576

const dotEnvContents = (path: string): Effect.Effect<string, ConfigurationError> =>
  Effect.try({
    try: () => {
      // Looked at before it is opened: a pipe without a writer would hold the program, deaf to every signal.
      const status = statSync(path)
      return status.isFile() && status.size <= maximumBytes
        ? readFileSync(path, "utf8").replace(/^\uFEFF/, "")
        : undefined
    },
    catch: (error) => (error as NodeJS.ErrnoException).code
  }).pipe(
    Effect.catch((code) => Effect.succeed(code === "ENOENT" ? "" : undefined)),
    Effect.flatMap((contents) =>
      contents === undefined
        ? Effect.fail(unreadable(path, "a readable, regular file of at most 1 MiB"))
        : Effect.succeed(contents)
    )
  )

const unreadable = (name: string, expected: string): ConfigurationError =>
  new ConfigurationError({ problems: [{ name, problem: "can not be read", expected }] })
