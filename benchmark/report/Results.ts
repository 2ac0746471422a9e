/**
 * What was measured, kept as one file for each section, so that a run of some sections leaves the others' last results
 * in the report. A quick run keeps its results apart: a smoke test must not stand where a measurement stood.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { Machine } from "./Machine.ts"
import type { Measured } from "./Section.ts"

/** The result of a section with everything that says where it comes from. **Units** `seconds` it took. */
export interface Result extends Measured {
  readonly name: string
  readonly title: string
  readonly measuredAt: string
  readonly seconds: number
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
}

/** The folder of results. */
export const resultsFolder = (isQuick: boolean): string =>
  path.resolve(import.meta.dirname, "..", "results", ...(isQuick ? ["quick"] : []))

const fileOf = (name: string, isQuick: boolean): string => path.join(resultsFolder(isQuick), `${name}.json`)

/** Writes a result over the section's last one. */
export const keepResult = (result: Result, isQuick: boolean): void => {
  fs.mkdirSync(resultsFolder(isQuick), { recursive: true })
  fs.writeFileSync(fileOf(result.name, isQuick), `${JSON.stringify(result, undefined, 2)}\n`)
}

/** The last result of a section, if there is one. The file is ours: it is not checked again. */
export const lastResult = (name: string, isQuick: boolean): Result | undefined => {
  const file = fileOf(name, isQuick)
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Result) : undefined
}
