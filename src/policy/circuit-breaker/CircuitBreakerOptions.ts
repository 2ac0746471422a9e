/**
 * The options of a circuit breaker in the words of a caller (durations, only what differs), and how they become a
 * `CircuitConfig`.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import { ConfigurationError } from "../../../schemas/Settings.ts"
import { anything, optionProblems, type OptionRule, readMillis } from "../OptionProblems.ts"
import { type CircuitConfig, circuitConfigProblems, defaultCircuitConfig } from "./CircuitConfig.ts"
import type { CallOutcome } from "./CircuitEvent.ts"

/** An outcome, with what else is known of a failure. `retryAfter` is the provider's hint. */
export interface CallVerdict {
  readonly outcome: CallOutcome
  readonly opensAtOnce?: boolean | undefined
  readonly retryAfter?: Duration.Input | undefined
}

/**
 * What may differ from `defaultCircuitConfig`; ranges and meanings are told there.
 *
 * **Units** `decay`, `openDuration`, `openCap` and `probeLease` are whole milliseconds as a duration.
 */
export interface CircuitBreakerOptions {
  /** `decayMillis`, default 30 seconds. */
  readonly decay?: Duration.Input | undefined
  readonly minimumCalls?: number | undefined
  readonly failureRatio?: number | undefined
  readonly consecutiveFailures?: number | undefined
  /** `openMillis`, default 5 seconds. */
  readonly openDuration?: Duration.Input | undefined
  /** `openCapMillis`, default 5 minutes. */
  readonly openCap?: Duration.Input | undefined
  readonly openGrowth?: number | undefined
  readonly openJitter?: number | undefined
  readonly halfOpenPermits?: number | undefined
  /** `probeLeaseMillis`, default 2 minutes. */
  readonly probeLease?: Duration.Input | undefined
  readonly rampSteps?: number | undefined
  readonly observeOnly?: boolean | undefined
  /**
   * What the end of a call says of its provider; not asked when the caller interrupted. Default: a success is one, a
   * typed failure or a defect is a failure. If it throws, the outcome is `ignored` and the exception a defect.
   */
  readonly classify?: ((exit: Exit.Exit<unknown, unknown>) => CallOutcome | CallVerdict) | undefined
}

/** The words of a problem with the options' names for the fields. */
const inOptions = (text: string): string =>
  Object.entries(optionOf).reduce((told, [field, option]) => told.replaceAll(field, option), text)

const optionOf: Readonly<Partial<Record<keyof CircuitConfig, keyof CircuitBreakerOptions>>> = {
  decayMillis: "decay",
  openMillis: "openDuration",
  openCapMillis: "openCap",
  probeLeaseMillis: "probeLease"
}

/** What can not be read as a duration is no number, which is out of every range. */
const millisOf = (input: Duration.Input | undefined, fallback: number): number =>
  input === undefined ? fallback : (readMillis(input) ?? Number.NaN)

/** Ranges are checked with the configuration; a rule here is for what is no number. */
const optionRules: Readonly<Record<keyof CircuitBreakerOptions, OptionRule>> = {
  decay: anything,
  minimumCalls: anything,
  failureRatio: anything,
  consecutiveFailures: anything,
  openDuration: anything,
  openCap: anything,
  openGrowth: anything,
  openJitter: anything,
  halfOpenPermits: anything,
  probeLease: anything,
  rampSteps: anything,
  observeOnly: anything,
  classify: { isFit: (value) => typeof value === "function", expected: "a function of an exit" }
}

/**
 * The configuration that the options stand for.
 *
 * **Errors** `ConfigurationError` lists every option that is out of range, can not be read, or does not exist.
 */
export const circuitConfigOf = (options: CircuitBreakerOptions): Effect.Effect<CircuitConfig, ConfigurationError> => {
  const unusable = optionProblems(options, optionRules)
  if (unusable[0]?.name === "options") return Effect.fail(new ConfigurationError({ problems: unusable }))
  const defaults = defaultCircuitConfig
  const config: CircuitConfig = {
    decayMillis: millisOf(options.decay, defaults.decayMillis),
    minimumCalls: options.minimumCalls ?? defaults.minimumCalls,
    failureRatio: options.failureRatio ?? defaults.failureRatio,
    consecutiveFailures: options.consecutiveFailures ?? defaults.consecutiveFailures,
    openMillis: millisOf(options.openDuration, defaults.openMillis),
    openCapMillis: millisOf(options.openCap, defaults.openCapMillis),
    openGrowth: options.openGrowth ?? defaults.openGrowth,
    openJitter: options.openJitter ?? defaults.openJitter,
    halfOpenPermits: options.halfOpenPermits ?? defaults.halfOpenPermits,
    probeLeaseMillis: millisOf(options.probeLease, defaults.probeLeaseMillis),
    rampSteps: options.rampSteps ?? defaults.rampSteps,
    observeOnly: options.observeOnly ?? defaults.observeOnly
  }
  const problems = circuitConfigProblems(config).map(({ expected, field, problem }) => ({
    name: optionOf[field] ?? field,
    problem: inOptions(problem),
    expected: inOptions(expected)
  }))
  const all = [...unusable, ...problems]
  return all.length === 0 ? Effect.succeed(config) : Effect.fail(new ConfigurationError({ problems: all }))
}
