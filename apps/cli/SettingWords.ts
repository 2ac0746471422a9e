/**
 * What is typed after `ludeng settings set` as a patch: places with values in the form of their variables, or as JSON. Pure.
 */
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { SettingsPatch } from "../../schemas/SettingsChange.ts"
import { problemsOfLimitText } from "../../src/settings/RateLimitProblems.ts"
import { documentOfValues } from "../../src/settings/SettingsPatch.ts"
import { expectedInDocument, expectedOf, readForm } from "../../src/settings/VariableForm.ts"
import { isSecret, type SettingPath, settingPaths, settingVariables } from "../../src/settings/Variables.ts"

/** A patch, and what of the words can not be read. Of a value nothing is repeated. */
export interface WordsRead {
  readonly patch: SettingsPatch
  readonly problems: ReadonlyArray<SettingProblem>
}

/** Reads `PATH VALUE …`; a variable's name does for its place. */
export const patchOfWords = (words: ReadonlyArray<string>): WordsRead => {
  const values = new Map<string, unknown>()
  const problems: Array<SettingProblem> = []
  for (let index = 0; index < words.length; index += 2) {
    const name = placeNamed(words[index] ?? "")
    const text = (words[index + 1] ?? "").trim()
    const path = settingPaths.find((it) => it === name)
    // A name that does not exist is told where the patch is taken apart; a secret as what it is.
    const value = path === undefined || isSecret(path) ? text : valueOf(path, text)
    if (value !== undefined) values.set(name, value)
    else if (path !== undefined) problems.push(unreadable(path, text))
  }
  return { patch: patchOf(values), problems }
}

/** The patch that takes these places back. */
export const patchOfRemoved = (paths: ReadonlyArray<string>): SettingsPatch =>
  patchOf(new Map(paths.map((path) => [placeNamed(path), null])))

const patchOf = (values: ReadonlyMap<string, unknown>): SettingsPatch =>
  documentOfValues(values as ReadonlyMap<SettingPath, unknown>) as SettingsPatch

const placeNamed = (name: string): string => settingPaths.find((path) => settingVariables[path].name === name) ?? name

const valueOf = (path: SettingPath, text: string): unknown => {
  const { form } = settingVariables[path]
  if (/^[[{]/.test(text)) return parsed(text)
  return form === "priceFile" ? undefined : readForm(form, text)
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unreadable = (path: SettingPath, text: string): SettingProblem => {
  const { form } = settingVariables[path]
  const faults = form === "rateLimits" && !/^[[{]/.test(text) ? problemsOfLimitText(text) : []
  return {
    name: path,
    problem: `the value can not be used${faults.length === 0 ? "" : ` (${faults.join("; ")})`}`,
    expected: form === "priceFile" ? `${expectedInDocument(form)}, as JSON` : expectedOf(form)
  }
}
