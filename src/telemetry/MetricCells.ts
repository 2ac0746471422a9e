/**
 * The numbers behind metrics, counted in place and read when somebody asks: a call looks nothing up in a registry. A series
 * is shown from its first count on, so that there are no series of what never happened.
 */
import type * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import { bucketSeconds, metricCatalog, type MetricName } from "./MetricCatalog.ts"

/** A number that grows. */
export interface CounterCell {
  count: number
}

/** The distribution of a time. */
export class HistogramCell {
  readonly #counts = new Float64Array(bucketSeconds.length)
  #count = 0
  #sum = 0
  #min = 0
  #max = 0

  /** **Units** milliseconds. */
  observe(millis: number): void {
    const seconds = millis / 1_000
    this.#min = this.#count === 0 ? seconds : Math.min(this.#min, seconds)
    this.#max = Math.max(this.#max, seconds)
    this.#count += 1
    this.#sum += seconds
    for (let index = 0; index < bucketSeconds.length; index += 1) {
      if (seconds <= (bucketSeconds[index] ?? 0)) {
        this.#counts[index] = (this.#counts[index] ?? 0) + 1
        return
      }
    }
  }

  get state(): Metric.HistogramState {
    let below = 0
    const buckets = bucketSeconds.map((bound, index): [number, number] => {
      below += this.#counts[index] ?? 0
      return [bound, below]
    })
    return { buckets, count: this.#count, min: this.#min, max: this.#max, sum: this.#sum }
  }
}

/** The cells of a program, shown in the registry of `context` until `removeAll`. */
export class MetricCells {
  readonly #context: Context.Context<never>
  readonly #shown = new Set<Metric.Registration>()

  constructor(context: Context.Context<never>) {
    this.#context = context
  }

  counter(name: MetricName, labels: ReadonlyArray<string>): CounterCell {
    const cell = { count: 0 }
    const metric = Metric.counter(name, { ...optionsOf(name, labels), incremental: true })
    this.#show(metric, () => ({ count: cell.count, incremental: true }))
    return cell
  }

  histogram(name: MetricName, labels: ReadonlyArray<string>): HistogramCell {
    const cell = new HistogramCell()
    this.#show(Metric.histogram(name, { ...optionsOf(name, labels), boundaries: bucketSeconds }), () => cell.state)
    return cell
  }

  /** A number that is read when somebody asks. Gives how to take it away. */
  gauge(name: MetricName, labels: ReadonlyArray<string>, read: () => number): () => void {
    const shown = this.#show(Metric.gauge(name, optionsOf(name, labels)), () => ({ value: read() }))
    return () => {
      shown.remove()
      this.#shown.delete(shown)
    }
  }

  /** How many series are shown. */
  get size(): number {
    return this.#shown.size
  }

  removeAll(): void {
    for (const shown of this.#shown) shown.remove()
    this.#shown.clear()
  }

  #show<Input, State>(metric: Metric.Metric<Input, State>, get: () => State): Metric.Registration {
    const shown = Metric.registerUnsafe(metric, this.#context, { get, update: ignore, modify: ignore })
    this.#shown.add(shown)
    return shown
  }
}

const ignore = (): void => undefined

const optionsOf = (name: MetricName, values: ReadonlyArray<string>) => {
  const { description, labels } = metricCatalog[name]
  return {
    description,
    attributes: Object.fromEntries(labels.map((label, index) => [label, values[index] ?? ""]))
  }
}

/** Cells by the values of up to three labels, made when first asked for. */
export class CellTable<Cell> {
  readonly #cells = new Map<string, Map<string, Cell>>()
  readonly #make: (labels: ReadonlyArray<string>) => Cell

  constructor(make: (labels: ReadonlyArray<string>) => Cell) {
    this.#make = make
  }

  of(first: string, second = "", third = ""): Cell {
    const group = this.#cells.get(first) ?? this.#open(first)
    const key = third === "" ? second : `${second} ${third}`
    return group.get(key) ?? this.#add(group, key, [first, second, third])
  }

  #open(first: string): Map<string, Cell> {
    const group = new Map<string, Cell>()
    this.#cells.set(first, group)
    return group
  }

  #add(group: Map<string, Cell>, key: string, labels: ReadonlyArray<string>): Cell {
    const cell = this.#make(labels)
    group.set(key, cell)
    return cell
  }
}
