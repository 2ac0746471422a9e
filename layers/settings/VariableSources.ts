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
import { ConfigurationError } from "../../schemas/Settings.ts"
import type { SettingSource, VariableLookup } from "../../src/settings/SettingEntries.ts"
import { isNoKey } from "../../src/settings/VariableForm.ts"

/** The file that is read besides the environment. Default `.env`; set it to read another, also beside a `ConfigProvider`. */
export const DotEnvFile = Context.Reference<string>("@ludeng/providers/settings/DotEnvFile", {
  defaultValue: () => ".env"
})

/** One place to look in. */
export interface VariableSource {
  readonly source: SettingSource
  readonly provider: ConfigProvider.ConfigProvider
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
    const environment: VariableSource = { source: "environment", provider: yield* ConfigProvider.ConfigProvider }
    if (replaced !== undefined && Context.getOrUndefined(context, DotEnvFile) === undefined) return [environment]
    const contents = yield* dotEnvContents(yield* DotEnvFile)
    return [environment, { source: ".env", provider: ConfigProvider.fromDotEnvContents(contents) }]
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
