/**
 * Takes a patch apart into the values it gives and those it takes back, and applies it to the document of the file. Pure.
 */
import type { SettingProblem } from "../../schemas/Settings.ts"
import type { SettingsPatch } from "../../schemas/SettingsChange.ts"
import { noSuchSetting } from "./SettingEntries.ts"
import type { JsonObject } from "./SettingsFile.ts"
import { type SettingPath, settingPaths } from "./Variables.ts"

/** A patch by place; the problems are fields that do not exist, or no objects. */
export interface PatchParts {
  readonly given: ReadonlyMap<SettingPath, unknown>
  readonly removed: ReadonlySet<SettingPath>
  readonly problems: ReadonlyArray<SettingProblem>
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Takes a patch apart. It may come from anywhere: what it is, is looked at. */
export const partsOfPatch = (patch: SettingsPatch): PatchParts => {
  const given = new Map<SettingPath, unknown>()
  const removed = new Set<SettingPath>()
  const problems: Array<SettingProblem> = []
  const walk = (node: unknown, prefix: string): void => {
    if (!isObject(node)) {
      problems.push({ name: prefix === "" ? "settings" : prefix, problem: "is not an object", expected: "an object" })
      return
    }
    for (const [field, value] of Object.entries(node)) {
      if (value === undefined) continue
      const name = prefix === "" ? field : `${prefix}.${field}`
      const path = settingPaths.find((it) => it === name)
      const below = settingPaths.filter((it) => it.startsWith(`${name}.`))
      if (path === undefined && below.length === 0) problems.push(noSuchSetting(name))
      else if (value === null) for (const it of path === undefined ? below : [path]) removed.add(it)
      else if (path === undefined) walk(value, name)
      else given.set(path, value)
    }
  }
  walk(patch, "")
  return { given, removed, problems }
}

/** The document that has one value at each place. */
export const documentOfValues = (values: ReadonlyMap<SettingPath, unknown>): JsonObject =>
  [...values].reduce<JsonObject>((document, [path, value]) => withValue(document, path.split("."), value), {})

/** The document after the patch; what the patch does not name stays as it stands, in its order. */
export const patched = (document: JsonObject, { given, removed }: PatchParts): JsonObject => {
  const set = [...given].reduce((node, [path, value]) => withValue(node, path.split("."), value), document)
  return [...removed].reduce((node, path) => withoutValue(node, path.split(".")), set)
}

const withValue = (node: JsonObject, [field = "", ...rest]: ReadonlyArray<string>, value: unknown): JsonObject => {
  const inside = node[field]
  return { ...node, [field]: rest.length === 0 ? value : withValue(isObject(inside) ? inside : {}, rest, value) }
}

// A group that has lost its last value goes with it.
const withoutValue = (node: JsonObject, [field = "", ...rest]: ReadonlyArray<string>): JsonObject => {
  const { [field]: inside, ...others } = node
  if (rest.length === 0 || !isObject(inside)) return rest.length === 0 ? others : node
  const left = withoutValue(inside, rest)
  return Object.keys(left).length === 0 ? others : { ...node, [field]: left }
}
