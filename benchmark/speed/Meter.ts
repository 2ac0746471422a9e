/**
 * Counts calls and keeps how long each took, between the end of the warm-up and the end of the run.
 */
import { percentileOfSorted } from "../report/Statistics.ts"

/** What one run of a peer came to. **Units** latencies in milliseconds, `cpuMicros` per call, memory in bytes. */
export interface SpeedFigures {
  readonly calls: number
  readonly callsPerSecond: number
  readonly p50: number
  readonly p99: number
  readonly cpuMicros: number
  readonly peakMemory: number
  /** Spans ended per call, where a tracer records. */
  readonly spansPerCall?: number
}

const largestSample = 2_000_000

/** The meter of one run. */
export class Meter {
  readonly #latencies = new Float64Array(largestSample)
  readonly #warmUntil: number
  readonly #overAt: number
  #calls = 0
  #allCalls = 0
  #startedAt = 0
  #cpuAtStart: NodeJS.CpuUsage | undefined

  /** **Units** milliseconds. */
  constructor(warmUp: number, duration: number) {
    this.#warmUntil = performance.now() + warmUp
    this.#overAt = this.#warmUntil + duration
  }

  /** Whether no further call shall begin. */
  get isOver(): boolean {
    return performance.now() >= this.#overAt
  }

  /** Calls that have ended, those of the warm-up among them. */
  get allCalls(): number {
    return this.#allCalls
  }

  /** A call begins; what is returned is given to `end`. */
  begin(): number {
    return performance.now()
  }

  /** The call has ended well. */
  end(begunAt: number): void {
    const now = performance.now()
    this.#allCalls += 1
    if (this.#cpuAtStart === undefined) {
      if (now < this.#warmUntil) return
      this.#cpuAtStart = process.cpuUsage()
      this.#startedAt = now
      return
    }
    if (this.#calls < largestSample) this.#latencies[this.#calls] = now - begunAt
    this.#calls += 1
  }

  /** The figures, once the run is over. */
  figures(): SpeedFigures {
    const seconds = (performance.now() - this.#startedAt) / 1000
    const cpu = process.cpuUsage(this.#cpuAtStart)
    const sorted = this.#latencies.subarray(0, Math.min(this.#calls, largestSample)).toSorted()
    return {
      calls: this.#calls,
      callsPerSecond: this.#calls / seconds,
      p50: percentileOfSorted(sorted, 0.5),
      p99: percentileOfSorted(sorted, 0.99),
      cpuMicros: (cpu.user + cpu.system) / this.#calls,
      peakMemory: process.resourceUsage().maxRSS * 1024
    }
  }
}
