/**
 * What may not be changed over HTTP: settings that say where on this machine things are kept, where alerts go, or whether
 * what happens is written down. A token must not reach further than the program's own services. Pure.
 */
import type { SettingProblem } from "../../schemas/Settings.ts"
import { type SettingPath, settingPaths } from "../settings/Variables.ts"

const local = ["home", "store", "imageDirectory", "vault", "audit", "alerts"]

/** Whether only somebody on the machine may change it. */
export const isLocal = (path: SettingPath): boolean => local.some((it) => path === it || path.startsWith(`${it}.`))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The settings of a change that HTTP may not change, each a problem. */
export const localProblems = (patch: unknown): ReadonlyArray<SettingProblem> =>
  settingPaths
    .filter((path) => isLocal(path) && isGiven(patch, path.split(".")))
    .map((name) => ({ name, problem: "can not be changed over HTTP", expected: "a change on the machine itself" }))

const isGiven = (node: unknown, fields: ReadonlyArray<string>): boolean => {
  if (!isObject(node)) return true
  const [field = "", ...rest] = fields
  if (!Object.hasOwn(node, field)) return false
  return rest.length === 0 || isGiven(node[field], rest)
}
