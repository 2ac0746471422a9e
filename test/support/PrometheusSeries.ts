/**
 * The series of a text for Prometheus.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/** One series, and its value. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The series of a text, in its order. */
export const seriesOf = (text: string): ReadonlyArray<Series> =>
  text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", is = ""]) => [label, is] as const)
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }]
  })

/** The sum of the series of this name that have these labels. */
export const sumOf = (series: ReadonlyArray<Series>, name: string, labels: Series["labels"] = {}): number =>
  series
    .filter((it) => it.name === name && Object.entries(labels).every(([label, is]) => it.labels[label] === is))
    .reduce((sum, { value }) => sum + value, 0)

/** An effect whose metrics stand in a registry of their own. */
export const withOwnRegistry = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(effect, Metric.MetricRegistry, new Map()))
