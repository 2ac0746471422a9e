/**
 * The adherence section as text and goals.
 */
import { notThereYet } from "../ours/WhenThere.ts"
import type { Goal } from "../report/Section.ts"
import { fixed, noFigure, table } from "../report/Table.ts"
import type { Tier } from "./Limiter.ts"
import { limiters, oursNames } from "./Limiters.ts"

/** What was measured of one limiter, with so many tiers and one pattern. **Units** spans in milliseconds. */
interface TrialFigures {
  readonly name: string
  readonly pattern: string
  readonly tasks: number
  readonly started: number
  readonly tiers: ReadonlyArray<Tier & { readonly worst: number; readonly worstTolerant: number }>
  readonly overRatio: number
  readonly span: number
  readonly legalSpan: number
}

/** All trials. */
export type AdherenceFigures = Array<TrialFigures>

const countCell = (tier: TrialFigures["tiers"][number] | undefined): string =>
  tier === undefined ? noFigure : `${tier.worst} (${tier.worstTolerant}) / ${tier.limit}`

const rowOf = (it: TrialFigures): ReadonlyArray<string> => {
  if (it.started === 0) return [it.name, it.pattern, notThereYet, "", "", "", ""]
  const [long, short] = it.tiers
  return [
    it.name,
    it.pattern,
    countCell(long),
    countCell(short),
    `${Math.round(it.overRatio * 100)} %`,
    it.started < it.tasks
      ? `${it.started} of ${it.tasks} in time`
      : `${fixed(it.span / 1000, 2)} (${fixed(it.legalSpan / 1000, 2)})`,
    it.started < it.tasks ? noFigure : `${Math.round((it.legalSpan / it.span) * 100)} %`
  ]
}

const tableOf = (figures: AdherenceFigures, tiers: number): string =>
  table(
    [
      "limiter",
      "pattern",
      "worst in 1 s / limit",
      "worst in 100 ms / limit",
      "starts over a limit",
      "span s (legal)",
      "of the legal speed"
    ],
    limiters
      .flatMap(({ name }) => figures.filter((it) => it.name === name && it.tiers.length === tiers))
      .toSorted(
        (left, right) =>
          limiters.findIndex((it) => it.name === left.name) - limiters.findIndex((it) => it.name === right.name) ||
          left.pattern.localeCompare(right.pattern)
      )
      .map(rowOf)
  )

const introduction = `The most tasks that began in any window of a tier's length, wherever it begins; in brackets with a window 3 % shorter, which is what late timers alone can explain. \`burst\`: all tasks come at once. \`edge\`: one comes, and the rest 0.9 s later, near the end of a fixed window. The legal span is the shortest in which the tasks can begin; above 100 % of its speed is over the limit.`

/** The text of the section. */
export const adherenceMarkdown = (figures: AdherenceFigures): string =>
  [
    introduction,
    `### One tier: 100 in 1 s\n\n${tableOf(figures, 1)}`,
    `### Two tiers: 50 in 1 s and 10 in 100 ms\n\n${tableOf(figures, 2)}`
  ].join("\n\n")

/** What is aimed at, over all of our trials. */
export const goalsOf = (figures: AdherenceFigures): ReadonlyArray<Goal> => {
  const ours = figures.filter((it) => oursNames.includes(it.name) && it.started > 0)
  const worst = ours.flatMap((it) => it.tiers.map((tier) => tier.worst / tier.limit))
  const speeds = ours.map((it) => (it.started < it.tasks ? 0 : it.legalSpan / it.span))
  const isMeasured = ours.length > 0
  return [
    {
      what: "ours: worst count in any window to its limit",
      direction: "atMost",
      aim: 1,
      ...(isMeasured ? { measured: Math.max(...worst) } : { note: notThereYet })
    },
    {
      what: "ours: slowest run to the legal speed",
      direction: "atLeast",
      aim: 0.97,
      ...(isMeasured ? { measured: Math.min(...speeds) } : { note: notThereYet })
    }
  ]
}
