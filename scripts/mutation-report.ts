/**
 * What a mutation run means: how many changes were noticed, which were not, and the page that says so. Pure.
 */
import type { EquivalentMutant } from "./mutation-unseen.ts"
import { leastPercent } from "./mutation-groups.ts"

/** A place in a source. **Units** lines and columns from 1. */
interface Place {
  readonly line: number
  readonly column: number
}

/** What of Stryker's report is read: the "mutation testing report schema", version 2. */
export interface StrykerReport {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly source: string
        readonly mutants: ReadonlyArray<{
          readonly mutatorName: string
          readonly replacement?: string
          readonly status: string
          readonly location: { readonly start: Place; readonly end: Place }
        }>
      }
    >
  >
}

/** One change that was made. */
export interface Mutant {
  readonly file: string
  readonly place: string
  readonly kind: string
  readonly line: string
  readonly from: string
  readonly to: string
  readonly status: string
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

const textBetween = (lines: ReadonlyArray<string>, start: Place, end: Place): string => {
  const within = lines.slice(start.line - 1, end.line)
  within[within.length - 1] = (within.at(-1) ?? "").slice(0, end.column - 1)
  within[0] = (within[0] ?? "").slice(start.column - 1)
  return within.join("\n")
}

/** The changes of a report, in the order of files and lines. */
export const mutantsOf = (report: StrykerReport): ReadonlyArray<Mutant> =>
  Object.entries(report.files).flatMap(([file, { mutants, source }]) => {
    const lines = source.split("\n")
    return mutants
      .toSorted(
        ({ location: { start: left } }, { location: { start: right } }) =>
          left.line - right.line || left.column - right.column
      )
      .map(({ location: { end, start }, mutatorName, replacement = "", status }) => ({
        file,
        place: `${file}:${start.line}:${start.column}`,
        kind: mutatorName,
        line: oneLine(lines[start.line - 1] ?? ""),
        from: oneLine(textBetween(lines, start, end)),
        to: oneLine(replacement),
        status
      }))
  })

const isSame = (mutant: Mutant, it: EquivalentMutant): boolean =>
  mutant.file === it.file && mutant.line === it.line && mutant.from === it.from && mutant.to === it.to

/** What became of the changes of a file or a group. */
export interface Tally {
  readonly name: string
  readonly killed: number
  /** The tests did not come to an end any more: noticed as well. */
  readonly timedOut: number
  readonly survivors: ReadonlyArray<Mutant>
  readonly equivalent: number
}

const isSurvivor = ({ status }: Mutant): boolean => status === "Survived" || status === "NoCoverage"

/** Counts. */
export const tallyOf = (
  name: string,
  mutants: ReadonlyArray<Mutant>,
  equivalents: ReadonlyArray<EquivalentMutant>
): Tally => {
  const unnoticed = mutants.filter(isSurvivor)
  const survivors = unnoticed.filter((mutant) => !equivalents.some((it) => isSame(mutant, it)))
  const count = (status: string): number => mutants.filter((it) => it.status === status).length
  return {
    name,
    killed: count("Killed"),
    timedOut: count("Timeout"),
    survivors,
    equivalent: unnoticed.length - survivors.length
  }
}

/** The share of the changes that can be noticed which was noticed. **Units** percent, 100 where there is none. */
export const percentOf = ({ killed, survivors, timedOut }: Tally): number => {
  const noticed = killed + timedOut
  return noticed + survivors.length === 0 ? 100 : (100 * noticed) / (noticed + survivors.length)
}

/** The entries of the list that are noticed after all, or not there any more. */
export const staleEquivalents = (
  mutants: ReadonlyArray<Mutant>,
  equivalents: ReadonlyArray<EquivalentMutant>
): ReadonlyArray<EquivalentMutant> =>
  equivalents.filter((it) => !mutants.some((mutant) => isSurvivor(mutant) && isSame(mutant, it)))

/** A tally as cells: name, changes, noticed, without an end, not noticed, equivalent, percent. */
export const cellsOf = (tally: Tally): ReadonlyArray<string> => {
  const { equivalent, killed, name, survivors, timedOut } = tally
  const all = killed + timedOut + survivors.length + equivalent
  return [name, all, killed, timedOut, survivors.length, equivalent, `${percentOf(tally).toFixed(1)} %`].map(String)
}

/** The heads of the cells. */
export const heads = ["what", "changes", "noticed", "no end", "not noticed", "equivalent", "score"]

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [head, head.map((_, index) => (index === 0 ? "---" : "--:")), ...rows].map(row).join("\n")

/** A code span, also of a text with back quotes or, in a table, with bars. */
const code = (text: string): string => `\`\` ${text.replaceAll("|", "\\|")} \`\``

const changeOf = ({ from, to }: { readonly from: string; readonly to: string }): string =>
  `${code(from)} became ${to === "" ? "nothing" : code(to)}`

const listedEquivalents = (equivalents: ReadonlyArray<EquivalentMutant>): string =>
  Object.entries(Object.groupBy(equivalents, ({ file, reason }) => `${file}: ${reason}`))
    .map(([head, its = []]) => [`- ${head}`, ...its.map((it) => `  - in ${code(it.line)}, ${changeOf(it)}`)].join("\n"))
    .join("\n")

/** What a group came to, file by file. **Units** `minutes` that its run took; `measuredOn` a day. */
export interface GroupResult {
  readonly total: Tally
  readonly files: ReadonlyArray<Tally>
  readonly measuredOn: string
  readonly minutes: number
}

/** `docs/mutation.md`. */
export const pageOf = (
  groups: ReadonlyArray<GroupResult>,
  overall: Tally,
  equivalents: ReadonlyArray<EquivalentMutant>
): string => {
  const survivors = groups.flatMap(({ total }) =>
    total.survivors.map((it) => `- \`${it.place}\`, in ${code(it.line)}: ${changeOf(it)}`)
  )
  return `# Mutation testing of the deciders

Written by \`npm run mutation\`; \`npm run mutation -- --only breaker\` measures a group again, the others keep their last figures: ${groups.map(({ measuredOn, minutes, total }) => `${total.name} of ${measuredOn} in ${minutes} min`).join(", ")}.

[StrykerJS](https://stryker-mutator.io) changes the pure deciders one place at a time: \`<\` becomes \`<=\`, a condition always holds or never, \`+\` becomes \`-\`, \`min\` becomes \`max\`, a statement or a text is gone. For each change the tests of the decider's own folder run, and have to notice it. A group below ${leastPercent} % fails the run. Changes that nobody can see from outside are equivalent: they are listed below, each with its reason, and count neither for nor against. "No end" are changes with which the tests do not come to an end; that is noticed too.

${table(heads, [...groups.map(({ total }) => cellsOf(total)), cellsOf({ ...overall, name: "**all**" })])}

## By file

${table(
  heads,
  groups.flatMap(({ files }) => files.map((it) => cellsOf({ ...it, name: `\`${it.name}\`` })))
)}

## Not noticed

${survivors.length === 0 ? "Nothing." : survivors.join("\n")}

## Equivalent

${equivalents.length === 0 ? "None." : listedEquivalents(equivalents)}
`
}
