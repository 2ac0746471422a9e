/**
 * The second image provider of the settings: an account of its own, asked only where the first one has surely charged
 * nothing. Pure.
 */
import * as Redacted from "effect/Redacted"
import { nanoBananaApiBaseUrl, type NanoBananaSettings, type SettingProblem } from "../../schemas/Settings.ts"
import { settingVariables } from "./Variables.ts"

/**
 * The settings of the second account: its protocol, its base URL (default that of nanobananaapi.ai for that protocol) and
 * its key, where the settings hold it; everything else is as for the first. `undefined` where none is configured.
 */
export const fallbackSettingsOf = (settings: NanoBananaSettings): NanoBananaSettings | undefined => {
  const { apiKey, protocol } = settings.fallback
  const baseURL = baseUrlOf(settings)
  if (protocol === undefined || baseURL === undefined) return undefined
  const { apiKey: _, ...shared } = settings
  return { ...shared, protocol, baseURL, ...(apiKey === undefined ? {} : { apiKey }), fallback: {} }
}

const baseUrlOf = ({ fallback }: NanoBananaSettings): string | undefined =>
  fallback.baseURL ?? (fallback.protocol === "nanobananaapi" ? nanoBananaApiBaseUrl : undefined)

/** One account has one quota: behind two doors it would be asked for twice as much. */
const isSameAccount = (settings: NanoBananaSettings): boolean => {
  const { apiKey } = settings.fallback
  return (
    apiKey !== undefined &&
    settings.apiKey !== undefined &&
    Redacted.value(apiKey) === Redacted.value(settings.apiKey) &&
    baseUrlOf(settings) === settings.baseURL
  )
}

const sameAccount: SettingProblem = {
  name: settingVariables["nanobanana.fallback.apiKey"].name,
  problem: "is the key of the first image provider, at the same address",
  expected: "the key of another account: one that is asked by two names would be asked for twice its quota"
}

const noProtocol: SettingProblem = {
  name: settingVariables["nanobanana.fallback.protocol"].name,
  problem: "is missing",
  expected: "what the second image provider speaks, as its address or key is set"
}

/** What a second account lacks that is named in the settings, by the variables to set. */
export const fallbackProblems = (
  settings: NanoBananaSettings,
  hasKeyInVault = false
): ReadonlyArray<SettingProblem> => {
  const { apiKey, protocol } = settings.fallback
  if (protocol === undefined)
    return apiKey === undefined && settings.fallback.baseURL === undefined && !hasKeyInVault ? [] : [noProtocol]
  if (isSameAccount(settings)) return [sameAccount]
  const problems: Array<SettingProblem> = []
  if (apiKey === undefined && !hasKeyInVault) {
    problems.push({
      name: settingVariables["nanobanana.fallback.apiKey"].name,
      problem: "is missing",
      expected: "the key of your account at the second image provider"
    })
  }
  if (baseUrlOf(settings) === undefined) {
    problems.push({
      name: settingVariables["nanobanana.fallback.baseURL"].name,
      problem: "is missing",
      expected: `where the second image provider answers; ${protocol} has no address of its own`
    })
  }
  return problems
}
