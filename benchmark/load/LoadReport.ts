/**
 * The load section as text and goals.
 */
import type { Goal } from "../report/Section.ts"
import { percentileOfSorted } from "../report/Statistics.ts"
import { fixed, noFigure, table, whole } from "../report/Table.ts"
import { allowedMillis, type Kind, type RunnerAnswer, type Trial } from "./Trial.ts"

/** What was measured of one trial. **Units** seconds, scaled back to the latencies of the real providers. */
export interface LoadRow extends Trial {
  readonly successes: number
  readonly failures: Readonly<Record<string, number>>
  readonly retriesPerFailed: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly longest: number
  /** The deviation of the response time from its mean. */
  readonly spread: number
}

/** All of them. */
export type LoadFigures = Array<LoadRow>

/** The figures of one run. */
export const rowOf = (trial: Trial, { failures, retriesPerFailed, times }: RunnerAnswer): LoadRow => {
  const seconds = Float64Array.from(times, (it) => (it * trial.scale) / 1_000)
  const mean = seconds.reduce((sum, it) => sum + it, 0) / seconds.length
  const spread = Math.sqrt(seconds.reduce((sum, it) => sum + (it - mean) ** 2, 0) / seconds.length)
  return {
    ...trial,
    successes: times.length,
    failures,
    retriesPerFailed,
    p50: percentileOfSorted(seconds, 0.5),
    p95: percentileOfSorted(seconds, 0.95),
    p99: percentileOfSorted(seconds, 0.99),
    longest: percentileOfSorted(seconds, 1),
    spread
  }
}

const allowedSeconds = (kind: Kind): number => allowedMillis[kind] / 1_000

const failuresText = (failures: LoadRow["failures"]): string =>
  Object.entries(failures)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(", ")

const cellsOf = (row: LoadRow): ReadonlyArray<string> => [
  row.kind,
  row.scenario,
  whole(row.inFlight),
  whole(row.calls),
  `${fixed((row.successes / row.calls) * 100, 2)} %`,
  ...[row.p50, row.p95, row.p99, row.longest, row.spread].map((it) => fixed(it, 1)),
  `${allowedSeconds(row.kind)}`,
  row.retriesPerFailed === 0 ? noFigure : fixed(row.retriesPerFailed, 2),
  failuresText(row.failures)
]

const heads = [
  "asked for",
  "scenario",
  "in flight",
  "calls",
  "succeeded",
  "p50 s",
  "p95 s",
  "p99 s",
  "longest s",
  "spread s",
  "allowed s",
  "retries per failed",
  "failed by"
]

const introduction = (scale: number): string =>
  `Normal load, over sockets, against \`ludeng simulate\` in a process of its own, with the latencies of the real providers (DeepSeek 2 to 10 s, a picture 20 to 90 s, polls and downloads besides) made ${scale} times shorter, and with them every time limit, back-off, poll and circuit of the library. The figures are scaled back: a millisecond of our own work counts as ${scale}. The retry budget keeps its 10 s, and its rate limits are out of reach. Each caller asks again when he is answered, and 2 s after a failure; pictures are made over the plain job API, 64 by 64, where submits fail by 429 and 503. The spread is the standard deviation.`

/** The text of the section. */
export const loadMarkdown = (figures: LoadFigures): string =>
  [introduction(figures[0]?.scale ?? 1), table(heads, figures.map(cellsOf))].join("\n\n")

const leastShare: Readonly<Record<Kind, number>> = { enhancements: 0.999, images: 0.995 }

/** What is aimed at, over all trials of a kind. */
export const goalsOf = (figures: LoadFigures): ReadonlyArray<Goal> =>
  (["enhancements", "images"] as const).flatMap((kind): ReadonlyArray<Goal> => {
    const rows = figures.filter((it) => it.kind === kind)
    const calls = rows.reduce((sum, it) => sum + it.calls, 0)
    const successes = rows.reduce((sum, it) => sum + it.successes, 0)
    return [
      {
        what: `${kind}: p99 of the response time in s, the worst of all loads`,
        direction: "atMost",
        aim: allowedSeconds(kind),
        measured: Math.max(...rows.map((it) => it.p99))
      },
      {
        what: `${kind}: share that succeeded, of all loads`,
        direction: "atLeast",
        aim: leastShare[kind],
        measured: successes / calls
      }
    ]
  })
