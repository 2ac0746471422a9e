/**
 * The two charts over the last five minutes: requests by second, and how long they took. Drawn by uPlot, in the colours of
 * the style sheet, whichever of the two it shows.
 */
import uPlot from "./uPlot.esm.js"
import { byId, element, setAttribute, setText } from "./Dom.js"
import { rate, span } from "./Format.js"

const height = 140
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const axis = (values, size) => ({
  stroke: () => colour("muted"),
  font: "11px system-ui, sans-serif",
  grid: { stroke: () => colour("line"), width: 1 },
  ticks: { show: false },
  values,
  ...(size === undefined ? {} : { size })
})

const times = (plot, seconds) =>
  seconds.map((at) => new Date(at * 1_000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }))

const line = (name, options) => ({
  stroke: () => colour(name),
  fill: () => colour(`${name}-wash`),
  width: 1.5,
  points: { show: false },
  spanGaps: false,
  ...options
})

const optionsOf = (series, format, scale, grid, width, onHover) => ({
  width,
  height,
  padding: [8, 18, 0, 0],
  legend: { show: false },
  cursor: { sync: { key: "requests" }, drag: { x: false, y: false }, points: { size: 5 } },
  scales: { y: scale },
  axes: [
    { ...axis(times, 22), gap: 4, incrs: [60, 120, 300], space: 60 },
    { ...axis((plot, values) => values.map((value) => (value === null ? "" : format(value))), 58), space: 26, ...grid }
  ],
  series: [{}, ...series],
  hooks: { setCursor: [(plot) => onHover(plot.cursor.idx ?? null)] }
})

const powerBelow = (value) => 10 ** Math.floor(Math.log10(Math.max(1, value)))
const powerAbove = (value) => 10 ** Math.ceil(Math.log10(Math.max(1_000, value)))

const powersOfTen = (plot, values) => values.map((value) => (Number.isInteger(Math.log10(value)) ? value : null))

class Chart {
  #plot
  #host
  #legend
  #format
  #make
  #data
  #hovered = null

  constructor({ chart, format, grid = {}, legend, names, scale, series }) {
    this.#host = byId(chart)
    this.#format = format
    this.#legend = names.map(([tone, label]) => {
      const value = element("b", {}, "–")
      byId(legend).append(element("span", { class: "key", "data-tone": tone }, label, " ", value))
      return value
    })
    this.#make = () => {
      this.#plot?.destroy()
      const width = Math.max(120, this.#host.clientWidth)
      this.#plot = new uPlot(
        optionsOf(series(), format, scale, grid, width, (index) => this.#hover(index)),
        this.#data,
        this.#host
      )
    }
    new ResizeObserver(() => this.#resize()).observe(this.#host)
    // Colours are read while drawing: another scheme only needs another drawing.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#plot?.redraw(true))
  }

  show(data, words) {
    this.#data = data
    if (this.#plot === undefined) this.#make()
    else this.#plot.setData(data)
    setAttribute(this.#host, "aria-label", words)
    this.#tell()
  }

  #resize() {
    const width = this.#host.clientWidth
    if (this.#plot !== undefined && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height })
  }

  #hover(index) {
    this.#hovered = index
    this.#tell()
  }

  #tell() {
    const index = this.#hovered ?? this.#data[0].length - 1
    for (const [at, value] of this.#legend.entries()) {
      const shown = this.#data[at + 1]?.[index]
      setText(value, shown === null || shown === undefined ? "–" : this.#format(shown))
    }
  }
}

const atLeastOne = (millis) => (millis === null ? null : Math.max(1, millis))

/** Makes both charts; the answer brings them up to date. */
export const makeCharts = () => {
  const rates = new Chart({
    chart: "rate-chart",
    legend: "rate-legend",
    format: rate,
    scale: { range: (plot, low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] },
    names: [
      ["accent", "ended"],
      ["bad", "failed"]
    ],
    series: () => [line("accent"), line("bad")]
  })
  const latencies = new Chart({
    chart: "latency-chart",
    legend: "latency-legend",
    format: span,
    grid: { grid: { stroke: () => colour("line"), width: 1, filter: powersOfTen } },
    // Seconds and milliseconds side by side: each line of the grid is ten times the one below.
    scale: { distr: 3, range: (plot, low, high) => [powerBelow(low ?? 10), powerAbove(high ?? 1_000)] },
    names: [
      ["accent", "p50"],
      ["warn", "p99"]
    ],
    series: () => [line("accent", { fill: undefined }), line("warn", { fill: undefined })]
  })
  return ({ calls, failed, firstSecond, p50Millis, p99Millis, spanSeconds }) => {
    const seconds = calls.map((_, index) => firstSecond + index)
    const total = calls.reduce((sum, it) => sum + it, 0)
    const failures = failed.reduce((sum, it) => sum + it, 0)
    rates.show(
      [seconds, calls, failed],
      `In the last ${seconds.length / 60} minutes ${total} requests ended, ${failures} of them failed`
    )
    latencies.show(
      [seconds, p50Millis.map(atLeastOne), p99Millis.map(atLeastOne)],
      `Half of the requests of the last ${spanSeconds} seconds took at most ${span(p50Millis.at(-1) ?? null)}, 99 % at most ${span(p99Millis.at(-1) ?? null)}`
    )
  }
}
