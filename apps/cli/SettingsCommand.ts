/**
 * What `ludeng settings …` does. The heavy part, loaded only by it. It reads where every command reads, and writes the
 * settings file alone.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { makeConfigFile } from "../../layers/settings/ConfigFile.ts"
import { inspectSettings, type LoadedSettings } from "../../layers/settings/EnvironmentSettings.ts"
import { ownNamesIn, variableSources } from "../../layers/settings/VariableSources.ts"
import { ConfigurationError, type SettingProblem, type Settings } from "../../schemas/Settings.ts"
import type { ChangedSetting, SettingsPatch } from "../../schemas/SettingsChange.ts"
import { settingsAtStart } from "../../src/settings/AtStart.ts"
import { decideSave, fixedBy } from "../../src/settings/DecideSave.ts"
import { misspelledVariables } from "../../src/settings/MisspelledVariables.ts"
import { settingsOf } from "../../src/settings/SettingEntries.ts"
import { settingLines } from "../../src/settings/SettingLines.ts"
import { entriesOfFile, noContents, type SettingsFileContents } from "../../src/settings/SettingsFile.ts"
import { settingsJsonSchema } from "../../src/settings/SettingsJsonSchema.ts"
import { changedSettings, entriesOfSources } from "../../src/settings/SettingsState.ts"
import { UsageFailed } from "./Outcome.ts"
import { Session } from "./Session.ts"
import { changeLines, differenceLines, settingTable } from "./SettingsReport.ts"
import { patchOfRemoved, patchOfWords } from "./SettingWords.ts"

/** `settings show [PATH]`. Problems are told below the table, and the exit code is 5. */
export const showSettings = Effect.fnUntraced(function* (below: string | undefined) {
  const run = yield* Session
  const { problems, ...loaded } = yield* inspectSettings()
  const lines = linesOf(loaded).filter(
    ({ path }) => below === undefined || path === below || path.startsWith(`${below}.`)
  )
  if (lines.length === 0)
    return yield* new UsageFailed({ message: "PATH: there is no such setting, see ludeng settings show" })
  const misspelled = misspelledVariables(yield* ownNamesIn(yield* variableSources))
  const report = { file: loaded.file.name, settings: lines, misspelled, problems }
  run.screen.result(run.isJson ? JSON.stringify(report) : settingTable(report).join("\n"))
  if (problems.length > 0) run.exitCode = 5
})

/** `settings schema`. */
export const printSchema = Effect.map(Session, ({ screen }) =>
  screen.result(JSON.stringify(settingsJsonSchema(), undefined, 2))
)

/** `settings set PATH VALUE …`. **Errors** `ConfigurationError`, `UsageFailed`; nothing is written then. */
export const setSettings = Effect.fnUntraced(function* (words: ReadonlyArray<string>) {
  const { patch, problems } = yield* pairsOf(words)
  yield* writeSettings(patch, problems)
})

/** `settings unset PATH …`. **Errors** as `setSettings`. */
export const unsetSettings = (paths: ReadonlyArray<string>) => writeSettings(patchOfRemoved(paths), [])

/** `settings diff [PATH VALUE …] [--file FILE]`: it writes nothing. **Errors** as `setSettings`. */
export const diffSettings = Effect.fnUntraced(function* (words: ReadonlyArray<string>, other: string | undefined) {
  const run = yield* Session
  const { problems: found, ...loaded } = yield* inspectSettings()
  if (words.length === 0 && other === undefined) {
    const lines = linesOf(loaded).filter(({ source }) => source !== null && source !== "default")
    const report = { file: loaded.file.name, settings: lines.filter((it) => it.value !== it.default) }
    run.screen.result(run.isJson ? JSON.stringify(report) : differenceLines(report.settings).join("\n"))
    return
  }
  if (found.length > 0 && other === undefined) return yield* new ConfigurationError({ problems: found })
  const { patch, problems } = yield* pairsOf(words)
  const contents = yield* other === undefined ? loaded.file.read : contentsOf(other)
  const document = yield* orError(withProblems(decideSave(contents, patch, loaded.sources), problems))
  const after = yield* settingsWith(loaded, { ...contents, document })
  const entries = entriesOfFile({ ...contents, document }).entries
  const overridden = [...entries.keys()].flatMap((path) => {
    const entry = loaded.sources.code.get(path) ?? loaded.sources.variables.get(path)
    return entry === undefined ? [] : [fixedBy(path, entry)]
  })
  yield* tellChanges(loaded.settings, after, { file: other ?? loaded.file.name, isWritten: false, overridden })
})

const writeSettings = Effect.fnUntraced(function* (patch: SettingsPatch, problems: ReadonlyArray<SettingProblem>) {
  const loaded = yield* inspectSettings()
  let before: SettingsFileContents = noContents
  const after = yield* loaded.file.edit((contents) => {
    before = contents
    return withProblems(decideSave(contents, patch, loaded.sources), problems)
  })
  const old = Result.getOrElse(settingsFrom(loaded, before), () => loaded.settings)
  yield* tellChanges(old, yield* settingsWith(loaded, after), {
    file: loaded.file.name,
    isWritten: true,
    overridden: []
  })
})

const tellChanges = Effect.fnUntraced(function* (
  before: Settings,
  after: Settings,
  facts: {
    readonly file: string
    readonly isWritten: boolean
    readonly overridden: ReadonlyArray<SettingProblem>
  }
) {
  const run = yield* Session
  const changed: ReadonlyArray<ChangedSetting> = changedSettings(before, after)
  const atStart: ReadonlySet<string> = settingsAtStart
  const afterRestart = changed.filter(({ path }) => atStart.has(path)).map(({ path }) => path)
  const report = { ...facts, changed, afterRestart }
  run.screen.result(run.isJson ? JSON.stringify(report) : changeLines(report).join("\n"))
})

const linesOf = (loaded: LoadedSettings) =>
  settingLines({
    sources: loaded.sources,
    inForce: loaded.entries,
    version: { version: 1, settings: loaded.settings },
    afterRestart: loaded.settings
  })

const settingsFrom = ({ sources }: LoadedSettings, contents: SettingsFileContents) => {
  const { entries, problems } = entriesOfFile(contents)
  return settingsOf(entriesOfSources({ ...sources, file: entries }), problems)
}

const settingsWith = (loaded: LoadedSettings, contents: SettingsFileContents) => orError(settingsFrom(loaded, contents))

const orError = <A>(result: Result.Result<A, ReadonlyArray<SettingProblem>>) =>
  Effect.fromResult(Result.mapError(result, (problems) => new ConfigurationError({ problems: [...problems] })))

/** What is wrong with the words, and with what they would make, together. */
const withProblems = <A>(
  decided: Result.Result<A, ReadonlyArray<SettingProblem>>,
  problems: ReadonlyArray<SettingProblem>
): Result.Result<A, ReadonlyArray<SettingProblem>> =>
  problems.length === 0 ? decided : Result.fail([...problems, ...(Result.isFailure(decided) ? decided.failure : [])])

const pairsOf = (words: ReadonlyArray<string>) =>
  words.length % 2 === 0
    ? Effect.succeed(patchOfWords(words))
    : Effect.fail(new UsageFailed({ message: "a VALUE is missing: PATH VALUE, in pairs" }))

const contentsOf = (file: string) =>
  Effect.flatMap(makeConfigFile({ path: file, isNamed: true }).read, (contents) =>
    contents.problems.length > 0
      ? Effect.fail(new ConfigurationError({ problems: [...contents.problems] }))
      : Effect.succeed(contents)
  )
