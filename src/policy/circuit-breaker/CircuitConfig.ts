/**
 * The knobs of a circuit as plain numbers, their defaults, and what is wrong with values that can not be used.
 *
 * A configuration that `circuitConfigProblems` accepts makes every other function of this folder total.
 */

/**
 * When a circuit opens, for how long, and how it closes again.
 *
 * **Details** Two rules open a closed circuit, whichever is met first: a share of failures among the calls of the last
 * `decayMillis`, for busy operations; and failures in a row, for those too quiet for a share.
 */
export interface CircuitConfig {
  /**
   * How fast calls are forgotten: a call counts 1 when it ends and 1/e after this time, so that a steady stream counts
   * as many calls as a plain window of this length would hold. **Units** milliseconds, 1 to 86 400 000, default 30 000.
   */
  readonly decayMillis: number
  /** Below this many counted calls the share opens nothing. **Units** calls, 1 to 1 000 000, default 10. */
  readonly minimumCalls: number
  /** The share of failures that opens. **Units** ratio above 0, up to 1, default 0.5. */
  readonly failureRatio: number
  /**
   * Failures without a success between them that open. **Units** calls, 1 to 1 000 000, default 5.
   *
   * **Gotchas** A failure that comes more than 10 `decayMillis` after the last one begins a new row.
   */
  readonly consecutiveFailures: number
  /** How long the first opening lasts. **Units** milliseconds, 1 to 86 400 000, default 5 000. */
  readonly openMillis: number
  /** No opening grows longer than this. **Units** milliseconds, `openMillis` to 86 400 000, default 300 000. */
  readonly openCapMillis: number
  /** By how much each opening in a row is longer than the one before. **Units** factor, 1 to 10, default 2. */
  readonly openGrowth: number
  /**
   * How much of the open time is drawn at random and added, so that several processes do not come back together.
   * **Units** ratio, 0 to 1, default 0.2.
   */
  readonly openJitter: number
  /** Probes in flight while half-open, and successes that end it. **Units** calls, 1 to 1 000, default 2. */
  readonly halfOpenPermits: number
  /**
   * When a probe that never ends gives its place back. Longer than any attempt may take, or calls that are still running
   * are taken for lost. **Units** milliseconds, 1 to 86 400 000, default 120 000.
   */
  readonly probeLeaseMillis: number
  /** Steps between half-open and closed, each with twice the calls in flight. **Units** 0 to 10, default 3. */
  readonly rampSteps: number
  /** Decide and tell, but let every call pass: to try a configuration on live traffic. Default false. */
  readonly observeOnly: boolean
}

/** The configuration that is used where nothing else is said. */
export const defaultCircuitConfig: CircuitConfig = {
  decayMillis: 30_000,
  minimumCalls: 10,
  failureRatio: 0.5,
  consecutiveFailures: 5,
  openMillis: 5_000,
  openCapMillis: 300_000,
  openGrowth: 2,
  openJitter: 0.2,
  halfOpenPermits: 2,
  probeLeaseMillis: 120_000,
  rampSteps: 3,
  observeOnly: false
}

/** A value that can not be used; the value itself is not told. */
export interface CircuitConfigProblem {
  readonly field: keyof CircuitConfig
  readonly problem: string
  readonly expected: string
}

interface Range {
  readonly from: number
  readonly to: number
  readonly unit: "a whole number" | "a whole number of milliseconds" | "a number"
}

const day = 86_400_000
const millis: Range = { from: 1, to: day, unit: "a whole number of milliseconds" }

const ranges: Readonly<Record<Exclude<keyof CircuitConfig, "observeOnly">, Range>> = {
  decayMillis: millis,
  minimumCalls: { from: 1, to: 1_000_000, unit: "a whole number" },
  failureRatio: { from: 0, to: 1, unit: "a number" },
  consecutiveFailures: { from: 1, to: 1_000_000, unit: "a whole number" },
  openMillis: millis,
  openCapMillis: millis,
  openGrowth: { from: 1, to: 10, unit: "a number" },
  openJitter: { from: 0, to: 1, unit: "a number" },
  halfOpenPermits: { from: 1, to: 1_000, unit: "a whole number" },
  probeLeaseMillis: millis,
  rampSteps: { from: 0, to: 10, unit: "a whole number" }
}

const isWithin = (value: number, { from, to, unit }: Range): boolean =>
  value >= from && value <= to && (unit === "a number" || Number.isInteger(value))

const unusable = "the value can not be used"

/**
 * Everything that is wrong with a configuration, in the order of its fields; empty if it can be used.
 *
 * ```ts
 * import { circuitConfigProblems, defaultCircuitConfig } from "@ludeng/providers"
 *
 * circuitConfigProblems(defaultCircuitConfig) // => []
 * const problems = circuitConfigProblems({ ...defaultCircuitConfig, halfOpenPermits: 0 })
 * problems[0]?.expected // => "a whole number from 1 to 1000"
 * ```
 */
export const circuitConfigProblems = (config: CircuitConfig): ReadonlyArray<CircuitConfigProblem> => {
  const problems: Array<CircuitConfigProblem> = []
  const fields = Object.keys(ranges) as Array<keyof typeof ranges>
  for (const field of fields) {
    const { from, to, unit } = ranges[field]
    if (field === "failureRatio" && config.failureRatio === 0) {
      problems.push({ field, problem: unusable, expected: "a number above 0, up to 1" })
    } else if (!isWithin(config[field], ranges[field])) {
      problems.push({ field, problem: unusable, expected: `${unit} from ${from} to ${to}` })
    } else if (field === "openCapMillis" && config.openCapMillis < config.openMillis) {
      problems.push({ field, problem: "is shorter than openMillis", expected: "openMillis or more" })
    }
  }
  if (typeof config.observeOnly !== "boolean") {
    problems.push({ field: "observeOnly", problem: unusable, expected: "true or false" })
  }
  return problems
}
