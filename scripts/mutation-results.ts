/**
 * What was measured of each group of deciders, kept in `mutation/results/`, so that a group can be measured alone and the
 * page is still whole.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "./command.ts"
import type { Mutant } from "./mutation-report.ts"

/** **Units** `minutes` that the run of the group took; `measuredOn` a day. */
export interface KeptGroup {
  readonly measuredOn: string
  readonly minutes: number
  readonly mutants: ReadonlyArray<Mutant>
}

const directory = path.join(root, "mutation/results")
const fileOf = (group: string): string => path.join(directory, `${group.replaceAll(" ", "-")}.json`)

/** Noticed changes are only counted: what they were is of no use, and there are thousands. */
const shortened = (mutant: Mutant): Mutant =>
  mutant.status === "Killed" || mutant.status === "Timeout"
    ? { file: mutant.file, status: mutant.status, place: "", kind: "", line: "", from: "", to: "" }
    : mutant

/** Keeps a group's changes. */
export const keepGroup = (group: string, minutes: number, mutants: ReadonlyArray<Mutant>): void => {
  const kept: KeptGroup = {
    measuredOn: new Date().toISOString().slice(0, 10),
    minutes: Math.round(minutes),
    mutants: mutants.map(shortened)
  }
  fs.mkdirSync(directory, { recursive: true })
  const lines = kept.mutants.map((it) => JSON.stringify(it)).join(",\n")
  const { measuredOn, minutes: rounded } = kept
  fs.writeFileSync(
    fileOf(group),
    `{"measuredOn":${JSON.stringify(measuredOn)},"minutes":${rounded},"mutants":[\n${lines}\n]}\n`
  )
}

/** What is kept of a group, if anything is. */
export const keptGroup = (group: string): KeptGroup | undefined => {
  const file = fileOf(group)
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as KeptGroup) : undefined
}
