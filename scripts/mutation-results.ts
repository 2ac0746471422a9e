/**
 * What was measured of each group of deciders, kept in `mutation/results/`, so that a group can be measured alone and the
 * page is still whole.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "./command.ts"
import type { Mutant } from "./mutation-report.ts"

/** What was measured of a group. **Units** `minutes` that its runs took; `measuredOn` the day of the last. */
export interface KeptGroup {
  readonly measuredOn: string
  readonly minutes: number
  readonly mutants: ReadonlyArray<Mutant>
}

/** As it is written: noticed changes are only counted by file, what they were is of no use. */
interface WrittenGroup extends Omit<KeptGroup, "mutants"> {
  readonly noticed: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly others: ReadonlyArray<Mutant>
}

const noticedStatuses: ReadonlyArray<string> = ["Killed", "Timeout"]

const directory = path.join(root, "mutation/results")
const fileOf = (group: string): string => path.join(directory, `${group.replaceAll(" ", "-")}.json`)

const countsOf = (mutants: ReadonlyArray<Mutant>): WrittenGroup["noticed"] =>
  Object.fromEntries(
    Object.entries(Object.groupBy(mutants, ({ file }) => file)).map(([file, its = []]) => [
      file,
      Object.fromEntries(
        noticedStatuses.map((status) => [status, its.filter((it) => it.status === status).length] as const)
      )
    ])
  )

/** Keeps a group's changes. */
export const keepGroup = (group: string, minutes: number, mutants: ReadonlyArray<Mutant>): void => {
  const written: WrittenGroup = {
    measuredOn: new Date().toISOString().slice(0, 10),
    minutes: Math.round(minutes),
    noticed: countsOf(mutants),
    others: mutants.filter(({ status }) => !noticedStatuses.includes(status))
  }
  fs.mkdirSync(directory, { recursive: true })
  fs.writeFileSync(fileOf(group), `${JSON.stringify(written, undefined, 2)}\n`)
}

const noticedMutants = (noticed: WrittenGroup["noticed"]): ReadonlyArray<Mutant> =>
  Object.entries(noticed).flatMap(([file, counts]) =>
    Object.entries(counts).flatMap(([status, count]) =>
      Array.from({ length: count }, () => ({ file, status, place: "", kind: "", line: "", from: "", to: "" }))
    )
  )

/** What is kept of a group, if anything is. */
export const keptGroup = (group: string): KeptGroup | undefined => {
  const file = fileOf(group)
  if (!fs.existsSync(file)) return undefined
  const { measuredOn, minutes, noticed, others } = JSON.parse(fs.readFileSync(file, "utf8")) as WrittenGroup
  return { measuredOn, minutes, mutants: [...noticedMutants(noticed), ...others] }
}
