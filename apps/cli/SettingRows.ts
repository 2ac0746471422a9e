/**
 * Every variable that `doctor` shows, with its value as it works and where that comes from. Of keys and of a proxy's
 * user and password nothing is shown.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { LoadedSettings } from "../../layers/settings/EnvironmentSettings.ts"
import { lookupIn, variableSources } from "../../layers/settings/VariableSources.ts"
import type { MockVariables } from "../../mock-layers/MockVariables.ts"
import { imageProtocolOf, nanoBananaApiBaseUrl, type Settings } from "../../schemas/Settings.ts"
import { settingReports, type SettingReport } from "../../src/settings/SettingReport.ts"
import { wideVariables } from "../../src/settings/Variables.ts"
import { type ProxyEnvironment, proxyRules } from "../../src/transport/ProxyRules.ts"

/** The rows: settings, variables for several of them, simulation, proxy. */
export const settingRows = Effect.fnUntraced(function* (
  { entries, settings }: LoadedSettings,
  mock: MockVariables | undefined
) {
  const mockValues = mockValuesOf(mock)
  const names = [...wideVariables.map((it) => it.name), ...Object.keys(mockValues)]
  const lookup = yield* lookupIn(yield* variableSources, names)
  const wide = wideVariables.map(({ name }): SettingReport => {
    const used = [...entries.values()].find((it) => it.name === name)
    const value = used === undefined ? "without effect" : String(used.value)
    return reportOf(name, lookup(name) === undefined ? undefined : value, lookup(name)?.source)
  })
  const simulation = Object.entries(mockValues).map(([name, value]) => reportOf(name, value, lookup(name)?.source))
  const own = settingReports(settings, entries).map((report) => withEffect(report, settings))
  return [...own, ...wide, ...simulation, ...proxyRows(process.env)]
})

const reportOf = (name: string, value: unknown, source: SettingReport["source"] = "default"): SettingReport =>
  value === undefined ? { name, value: "unset", source: null } : { name, value: String(value), source }

const mockValuesOf = (mock: MockVariables | undefined): Readonly<Record<string, unknown>> => ({
  USE_MOCK_APIS: mock?.useMockApis,
  MOCK_SCENARIO: mock?.simulation.scenario,
  MOCK_SEED: mock?.simulation.seed,
  MOCK_FAILURE_RATE: mock?.simulation.failureRate,
  MOCK_LATENCY: mock?.simulation.latency
})

/** What is in force where a variable is unset that takes its value from another one, or has no effect without it. */
const withEffect = (report: SettingReport, { deepseek, nanobanana }: Settings): SettingReport => {
  const { protocol } = nanobanana.fallback
  const isSecond = report.name.startsWith("NANOBANANA_FALLBACK_")
  if (report.value !== "unset") {
    return isSecond && protocol === undefined ? { ...report, value: "without effect" } : report
  }
  const retries = /^(DEEPSEEK|NANOBANANA)_[A-Z]+_RETRY_LIMIT$/.exec(report.name)?.[1]
  if (retries !== undefined) {
    const { retryLimit } = retries === "DEEPSEEK" ? deepseek : nanobanana
    return reportOf(report.name, `${retryLimit} (${retries}_RETRY_LIMIT)`)
  }
  if (report.name === "NANOBANANA_PROTOCOL") {
    return reportOf(report.name, `${imageProtocolOf(nanobanana)} (from the base URL)`)
  }
  if (report.name === "NANOBANANA_FALLBACK_BASE_URL" && protocol === "nanobananaapi") {
    return reportOf(report.name, `${nanoBananaApiBaseUrl} (from the protocol)`)
  }
  return /_RATE_LIMITS$|^NANOBANANA_FALLBACK_PROTOCOL$/.test(report.name) ? reportOf(report.name, "none") : report
}

/** The proxy variables; of `HTTPS_PROXY` host and port, for it may hold a password. */
export const proxyRows = (environment: ProxyEnvironment): ReadonlyArray<SettingReport> => {
  const { https_proxy, HTTPS_PROXY, no_proxy, NO_PROXY } = environment
  const anywhere = new URL("https://provider.invalid")
  const proxy = Result.map(proxyRules({ https_proxy, HTTPS_PROXY }), (proxyFor) => proxyFor(anywhere)?.host)
  return [
    reportOf(
      "HTTPS_PROXY",
      Result.getOrElse(proxy, () => "can not be used"),
      "environment"
    ),
    reportOf("NO_PROXY", (no_proxy || NO_PROXY || "").trim() === "" ? undefined : "set", "environment")
  ]
}
