/**
 * The resilience section as text and goals.
 */
import type { Goal } from "../report/Section.ts"
import { fixed, noFigure, table, whole } from "../report/Table.ts"
import type { RunnerAnswer } from "./Runner.ts"
import { helped, type Kind, notHelped, type Situation, situations } from "./Situations.ts"

/** What was measured of each situation. */
export type ResilienceFigures = Array<RunnerAnswer & { readonly situation: number; readonly calls: number }>

type Row = ResilienceFigures[number]

/** User-visible failures with the library to those without; where neither failed there is none. */
const ratioOf = ({ bareFailures, failures }: Row): number | undefined =>
  bareFailures === 0 ? undefined : failures / bareFailures

const percent = (count: number, of: number): string => `${fixed((count / of) * 100, 2)} %`

const rowOf = (row: Row, { kind, name, whyNot }: Situation): ReadonlyArray<string> => [
  name,
  kind,
  whole(row.calls),
  percent(row.bareFailures, row.calls),
  percent(row.failures, row.calls),
  fixed(ratioOf(row), 4),
  row.retriesPerFailed === 0 ? noFigure : fixed(row.retriesPerFailed, 2),
  ...(whyNot === undefined ? [] : [whyNot])
]

const heads = ["situation", "asked for", "calls", "bare: failed", "ours: failed", "ours to bare", "retries per failed"]

const rowsOf = (figures: ResilienceFigures, list: ReadonlyArray<Situation>) =>
  figures.flatMap((row) => {
    const situation = situations[row.situation]
    return situation !== undefined && list.includes(situation) ? [rowOf(row, situation)] : []
  })

const introduction = `What a user sees fail, with the library and without. Bare calls send each request once and decode the answer; a picture is a submit, a poll every 5 s and a download, and the first that fails ends it. Both have the same time, 30 s for a prompt and 180 s for a picture, and the same simulated providers from the same seed, with real latencies in virtual time (DeepSeek 2 to 10 s, pictures 20 to 90 s). Five callers ask one after the other, from a seed for each situation. A result counts if it is \`Live\` or \`Cached\`: no stand-in does. "Retries per failed" is the mean of retries for each request whose first attempt failed.`

/** The text of the section. */
export const resilienceMarkdown = (figures: ResilienceFigures): string =>
  [
    introduction,
    "### Where a policy helps",
    table(heads, rowsOf(figures, helped)),
    "### What nobody can help",
    "Nothing is sent here that may be paid for twice, and nothing is asked again that was refused for a reason that stays.",
    table([...heads, "why"], rowsOf(figures, notHelped))
  ].join("\n\n")

const worstOf = (
  figures: ResilienceFigures,
  kind: Kind,
  value: (row: Row) => number | undefined
): number | undefined => {
  const values = figures.flatMap((row) => {
    const situation = situations[row.situation]
    return situation?.kind === kind && situation.whyNot === undefined ? (value(row) ?? []) : []
  })
  return values.length === 0 ? undefined : Math.max(...values)
}

const goal = (what: string, aim: number, measured: number | undefined): Goal => ({
  what,
  direction: "atMost",
  aim,
  ...(measured === undefined ? { note: "nothing failed bare" } : { measured })
})

/** What is aimed at: the worst of the situations that a policy can help in. */
export const goalsOf = (figures: ResilienceFigures): ReadonlyArray<Goal> =>
  (["enhancements", "images"] as const).flatMap((kind) => [
    goal(`${kind}: failures that a user sees, to those of bare calls`, 0.1, worstOf(figures, kind, ratioOf)),
    goal(
      `${kind}: retries for each request whose first attempt failed`,
      3,
      worstOf(figures, kind, (row) => row.retriesPerFailed)
    )
  ])
