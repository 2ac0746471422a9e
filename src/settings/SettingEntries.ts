/**
 * Settings as a flat list: one entry for each place somebody gave a value for, with the name and the source of it.
 *
 * Flat, because that makes merging sources a union of maps, and because each value can then be decoded alone: whoever
 * has five bad values hears of all five. No problem ever quotes a value.
 */
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type SettingProblem, Settings } from "../../schemas/Settings.ts"
import type { SettingSource } from "../../schemas/SettingsChange.ts"
import { priceProblems } from "../money/PriceProblems.ts"
import { brokenOrders, lackingPartners } from "./ContradictingSettings.ts"
import { nearestOf } from "./NearestName.ts"
import { problemsOfLimitDocument, problemsOfLimitText } from "./RateLimitProblems.ts"
import { expectedInDocument, expectedOf, isNoKey, isSecretForm, labelOf, readForm } from "./VariableForm.ts"
import { type SettingPath, settingPaths, settingVariables, wideVariables } from "./Variables.ts"

/**
 * One value as it was given; keys are `Redacted`. `name` is the variable, or the place in the document; `faults` say what
 * is wrong with it, where more is known than that it can not be used.
 */
export interface SettingEntry {
  readonly path: SettingPath
  readonly name: string
  readonly source: SettingSource
  readonly value: unknown
  readonly expected: string
  readonly faults?: ReadonlyArray<string>
}

/** The given values by place. */
export type SettingEntries = ReadonlyMap<SettingPath, SettingEntry>

/** Looks a variable up; blank text is the same as none. */
export type VariableLookup = (name: string) => { readonly text: string; readonly source: SettingSource } | undefined

/** What a document says: its entries, and a problem for each field the settings do not have. */
export interface DocumentEntries {
  readonly entries: SettingEntries
  readonly problems: ReadonlyArray<SettingProblem>
}

/** Reads a document, of code or of the file. A field that does not exist hides no other. */
export const entriesOfDocument = (document: unknown, source: "code" | "file" = "code"): DocumentEntries => {
  const entries = new Map<SettingPath, SettingEntry>()
  const problems: Array<SettingProblem> = []
  const walk = (node: unknown, prefix: string): void => {
    if (typeof node !== "object" || node === null || Array.isArray(node)) {
      problems.push({
        name: prefix === "" ? "settings" : prefix,
        problem: `is not an object${placeOf(source)}`,
        expected: "an object"
      })
      return
    }
    for (const [field, value] of Object.entries(node)) {
      const name = prefix === "" ? field : `${prefix}.${field}`
      const path = settingPaths.find((it) => it === name)
      if (value === undefined) continue
      if (path !== undefined)
        addEntry(entries, {
          path,
          name,
          source,
          value,
          expected: expectedInDocument(settingVariables[path].form),
          faults: settingVariables[path].form === "rateLimits" ? problemsOfLimitDocument(value) : []
        })
      else if (settingPaths.some((it) => it.startsWith(`${name}.`))) walk(value, name)
      else problems.push(noSuchSetting(name, source))
    }
  }
  walk(document, "")
  return { entries, problems }
}

/**
 * The entries of the environment variables that are set. Of a variable for one place and one for several in the same
 * source the first wins; a stronger source wins over both.
 */
export const entriesOfVariables = (lookup: VariableLookup): SettingEntries => {
  const strengths: ReadonlyArray<SettingSource> = [".env", "environment"]
  const entries = new Map<SettingPath, SettingEntry>()
  const single = settingPaths.map((path) => ({ ...settingVariables[path], paths: [path] }))
  const rows = [...wideVariables, ...single].flatMap((variable) => {
    const found = lookup(variable.name)
    return found === undefined || found.text.trim() === "" ? [] : [{ variable, ...found, text: found.text.trim() }]
  })
  for (const source of strengths) {
    for (const { variable, text } of rows.filter((row) => row.source === source)) {
      // A text that can not be read becomes null, which every schema refuses under the variable's name.
      const value = readForm(variable.form, text) ?? null
      const faults = variable.form === "rateLimits" && text !== "none" ? problemsOfLimitText(text) : []
      for (const path of variable.paths) {
        addEntry(entries, { path, name: variable.name, source, value, expected: expectedOf(variable.form), faults })
      }
    }
  }
  return entries
}

/** One over the other: what `stronger` does not give stays. */
export const mergeEntries = (weaker: SettingEntries, stronger: SettingEntries): SettingEntries =>
  new Map([...weaker, ...stronger])

/** Entries sorted out: those that can be used, and a problem for each name that can not. */
export const checkEntries = (
  entries: SettingEntries
): { readonly usable: SettingEntries; readonly problems: ReadonlyArray<SettingProblem> } => {
  const usable = new Map<SettingPath, SettingEntry>()
  const problems = new Map<string, SettingProblem>()
  for (const [path, entry] of entries) {
    const own = path === "prices" ? priceProblems(entry.value, entry.name) : []
    for (const problem of own) problems.set(problem.name, problem)
    if (own.length > 0) continue
    if (Result.isSuccess(decode(documentOf([entry])))) usable.set(path, entry)
    else problems.set(entry.name, problemOf(entry))
  }
  for (const { path, problem } of contradictionsIn(usable)) {
    usable.delete(path)
    problems.set(problem.name, problem)
  }
  for (const { given, missing } of lackingPartners(new Set(entries.keys()))) {
    const entry = usable.get(given)
    if (entry === undefined) continue
    usable.delete(given)
    const name = entry.source === "code" ? missing : settingVariables[missing].name
    problems.set(name, {
      name,
      problem: `is missing, and ${entry.name} is set`,
      expected: expectedOf(settingVariables[missing].form)
    })
  }
  return { usable, problems: [...problems.values()] }
}

/** What of the entries that can be used alone can not be used with the others, or with their defaults. */
const contradictionsIn = (
  usable: SettingEntries
): ReadonlyArray<{ readonly path: SettingPath; readonly problem: SettingProblem }> => {
  const settings = decode(documentOf([...usable.values()]))
  if (Result.isFailure(settings)) return []
  return brokenOrders(settings.success).flatMap(({ longer, shorter }) => {
    const tooShort = usable.get(longer)
    if (tooShort !== undefined) return [{ path: longer, problem: contradiction(tooShort, "below", shorter, usable) }]
    const tooLong = usable.get(shorter)
    return tooLong === undefined ? [] : [{ path: shorter, problem: contradiction(tooLong, "above", longer, usable) }]
  })
}

const contradiction = (
  { name, source }: SettingEntry,
  side: "below" | "above",
  otherPath: SettingPath,
  usable: SettingEntries
): SettingProblem => {
  const other = usable.get(otherPath)?.name ?? (source === "code" ? otherPath : settingVariables[otherPath].name)
  const isDefault = usable.has(otherPath) ? "" : ", which has its default"
  return {
    name,
    problem: `is ${side} ${other}${isDefault}`,
    expected: side === "below" ? `at least ${other}` : `at most ${other}`
  }
}

/**
 * The settings that the entries make, defaults filled in.
 *
 * **Errors** the problems found before, and one for each entry that can not be used.
 */
export const settingsOf = (
  entries: SettingEntries,
  found: ReadonlyArray<SettingProblem> = []
): Result.Result<Settings, ReadonlyArray<SettingProblem>> => {
  const problems = [...found, ...checkEntries(entries).problems]
  if (problems.length > 0) return Result.fail(problems)
  return Result.mapError(decode(documentOf([...entries.values()])), () => [
    { name: "settings", problem: "do not fit together", expected: "values that can be used at the same time" }
  ])
}

const decode = Schema.decodeUnknownResult(Settings)

const problemOf = (entry: SettingEntry): SettingProblem => {
  const what = `the value${placeOf(entry.source)} can not be used`
  const faults = entry.faults ?? []
  return {
    name: entry.name,
    problem: faults.length === 0 ? what : `${what} (${faults.join("; ")})`,
    expected: entry.expected
  }
}

/** Said where the name alone does not tell which place is meant. */
const placeOf = (source: SettingSource): string =>
  source === ".env" ? " in .env" : source === "file" ? " in the settings file" : ""

const addEntry = (entries: Map<SettingPath, SettingEntry>, entry: SettingEntry): void => {
  const { form } = settingVariables[entry.path]
  if (!isSecretForm(form)) {
    entries.set(entry.path, entry)
    return
  }
  const key = Redacted.isRedacted(entry.value) ? Redacted.value(entry.value) : entry.value
  if (typeof key !== "string") entries.set(entry.path, entry)
  else if (!isNoKey(key))
    entries.set(entry.path, { ...entry, value: Redacted.make(key.trim(), { label: labelOf(form) }) })
}

const documentOf = (entries: ReadonlyArray<SettingEntry>): unknown => {
  const root: Record<string, unknown> = {}
  for (const { path, value } of entries) {
    const fields = path.split(".")
    let node = root
    for (const field of fields.slice(0, -1)) node = (node[field] ??= {}) as Record<string, unknown>
    node[fields.at(-1) ?? path] = value
  }
  return root
}

/** The problem of a place that the document does not have: the nearest name, and what stands beside it. */
export const noSuchSetting = (name: string, source: "code" | "file" = "code"): SettingProblem => {
  const parents = name.split(".").slice(0, -1)
  while (parents.length > 0 && !settingPaths.some((path) => path.startsWith(`${parents.join(".")}.`))) parents.pop()
  const near = nearestOf(name, settingPaths)
  const fields = fieldsUnder(parents.join("."))
  return {
    name,
    problem: `there is no such setting${placeOf(source)}`,
    expected: near === undefined ? fields : `${near}? Or ${fields}`
  }
}

const fieldsUnder = (prefix: string): string => {
  const depth = prefix === "" ? 0 : prefix.split(".").length
  const inside = settingPaths.filter((path) => prefix === "" || path.startsWith(`${prefix}.`))
  return `one of ${[...new Set(inside.map((path) => path.split(".")[depth]))].join(", ")}`
}
