/**
 * What `doctor` finds. It names sources and whether keys are set, never a key; it sends nothing that costs anything.
 */
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type { Provider, QuotaScope } from "../../schemas/Provider.ts"
import type { NanoBananaSettings, SettingProblem, Settings } from "../../schemas/Settings.ts"
import { fallbackSettingsOf } from "../../src/settings/FallbackSettings.ts"
import { type MisspelledVariable, misspelledVariables } from "../../src/settings/MisspelledVariables.ts"
import type { SettingReport } from "../../src/settings/SettingReport.ts"
import { ownNamesIn, variableSources } from "../../layers/settings/VariableSources.ts"
import { misspelledLine } from "./SettingsReport.ts"
import type { Mode } from "./Mode.ts"
import { Session } from "./Session.ts"
import { settingRows } from "./SettingRows.ts"
import { readSurroundings } from "./Surroundings.ts"

/** Whether a provider answers. `connected`: a connection opens, and nothing was asked. */
export interface Reachability {
  readonly state: "answers" | "connected" | "fails" | "notProbed"
  readonly detail: string
}

/** An account as it is configured; the second image provider is one where it is configured at all. */
export interface ProviderDiagnosis extends Reachability {
  readonly provider: QuotaScope
  /** Where its key is: in the vault, set in the settings, or nowhere. */
  readonly key: "vault" | "set" | "missing"
  readonly baseURL: string
}

/** Everything `doctor` finds. */
export interface Diagnosis {
  readonly version: string
  readonly node: string
  readonly platform: string
  /** How `illustrate` would run. */
  readonly mode: "live" | "simulated" | "refused"
  readonly settings: ReadonlyArray<SettingReport>
  readonly providers: ReadonlyArray<ProviderDiagnosis>
  /** Variables that are nearly one of ours, and set nothing. */
  readonly misspelled: ReadonlyArray<MisspelledVariable>
  readonly problems: ReadonlyArray<SettingProblem>
}

const providers: ReadonlyArray<Provider> = ["deepseek", "nanobanana"]

/** Looks, prints, and sets the exit code: 5 for problems of the settings, 3 for a provider that fails. */
export const runDoctor = Effect.fnUntraced(function* (isOffline: boolean) {
  const run = yield* Session
  const { kept, loaded, mock, mode, problems: found } = yield* readSurroundings(providers)
  const key = yield* Effect.result(
    kept === undefined
      ? Effect.succeed(loaded.settings.deepseek.apiKey)
      : Effect.flatMap(
          Effect.promise(() => import("./KeyToAsk.ts")),
          ({ keyToAsk }) => keyToAsk(loaded.settings)
        )
  )
  const problems = Result.isFailure(key) ? [...found, ...key.failure.problems] : found
  const ask = Result.isFailure(key) ? undefined : { key: key.success }
  const diagnosis: Diagnosis = {
    version: run.version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    mode: problems.length > 0 ? "refused" : modeName(mode),
    settings: yield* settingRows(loaded, mock),
    providers: yield* Effect.forEach(
      accountsOf(loaded.settings),
      (account) => diagnose(account, { settings: loaded.settings, kept, mode, isOffline, ask }),
      { concurrency: "unbounded" }
    ),
    misspelled: misspelledVariables(yield* ownNamesIn(yield* variableSources)),
    problems
  }
  run.screen.result(run.isJson ? JSON.stringify(diagnosis) : diagnosisLines(diagnosis).join("\n"))
  if (problems.length > 0) run.exitCode = 5
  else if (diagnosis.providers.some((it) => it.state === "fails")) run.exitCode = 3
})

/** The findings for a person. Pure. */
export const diagnosisLines = (diagnosis: Diagnosis): ReadonlyArray<string> => {
  const width = Math.max(...diagnosis.settings.map((it) => it.name.length))
  return [
    `ludeng ${diagnosis.version}, Node ${diagnosis.node}, ${diagnosis.platform}`,
    `mode: ${diagnosis.mode}`,
    "",
    ...diagnosis.settings.map(
      ({ name, value, source }) => `${name.padEnd(width)}  ${value}${source === null ? "" : `  (${source})`}`
    ),
    "",
    ...diagnosis.providers.map(
      ({ provider, key, baseURL, state, detail }) =>
        `${provider}: key ${key}, ${baseURL}: ${stateWords[state]} (${detail})`
    ),
    ...diagnosis.misspelled.map(misspelledLine),
    ...diagnosis.problems.map(({ name, problem, expected }) => `✖ ${name}: ${problem}, expected ${expected}`)
  ]
}

const stateWords = { answers: "answers", connected: "connects", fails: "fails", notProbed: "not probed" } as const

const modeName = (mode: Mode): Diagnosis["mode"] =>
  mode._tag === "Live" ? "live" : mode._tag === "Simulated" ? "simulated" : "refused"

interface Account {
  readonly provider: QuotaScope
  readonly settings: Pick<NanoBananaSettings, "apiKey" | "baseURL">
}

const accountsOf = ({ deepseek, nanobanana }: Settings): ReadonlyArray<Account> => {
  const second = fallbackSettingsOf(nanobanana)
  return [
    { provider: "deepseek", settings: deepseek },
    { provider: "nanobanana", settings: nanobanana },
    ...(second === undefined ? [] : [{ provider: "nanobanana-fallback", settings: second } as const])
  ]
}

/** With what accounts are looked at; without `ask` nothing is asked, because the vault can not be opened. */
interface Looking {
  readonly settings: Settings
  readonly kept: ReadonlySet<QuotaScope> | undefined
  readonly mode: Mode
  readonly isOffline: boolean
  readonly ask: { readonly key: Redacted.Redacted<string> | undefined } | undefined
}

const diagnose = (
  { provider, settings: { apiKey, baseURL } }: Account,
  { ask, isOffline, kept, mode, settings }: Looking
) =>
  Effect.gen(function* () {
    const own = {
      provider,
      key: kept?.has(provider) === true ? "vault" : apiKey === undefined ? "missing" : "set",
      baseURL
    } as const
    if (isOffline) return { ...own, state: "notProbed", detail: "--offline" } as const
    if (mode._tag === "Simulated") return { ...own, state: "notProbed", detail: "the providers are simulated" } as const
    if (ask === undefined) return { ...own, state: "notProbed", detail: "the vault can not be opened" } as const
    const { probe } = yield* Effect.promise(() => import("./Probe.ts"))
    return { ...own, ...(yield* probe(provider, baseURL, settings, ask.key)) }
  })
