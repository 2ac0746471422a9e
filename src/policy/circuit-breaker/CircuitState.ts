/**
 * The states of a circuit. Each carries its own data only: an open circuit has no window, a closed one no probes.
 *
 * **Units** every instant is in whole milliseconds of the monotonic clock, every time in whole milliseconds.
 */
import { type DecayedWindow, emptyWindow } from "./DecayedWindow.ts"
import type { Lease } from "./Leases.ts"

/**
 * Why a circuit opened.
 *
 * - `FailureRatio`, `ConsecutiveFailures`: a rule of the closed circuit was met.
 * - `OpensAtOnce`: a failure that needs no second, as a refused connection.
 * - `ProbeFailed`: while half-open. `RampFailed`: while ramping.
 */
export type OpenReason = "FailureRatio" | "ConsecutiveFailures" | "OpensAtOnce" | "ProbeFailed" | "RampFailed"

/** Calls pass; their results are counted. `consecutiveFailures` and `lastFailureAt` are of the present row. */
export interface Closed {
  readonly _tag: "Closed"
  readonly generation: number
  readonly window: DecayedWindow
  readonly consecutiveFailures: number
  readonly lastFailureAt: number
}

/** Calls are refused until `openUntil`. `openings` counts the openings since the circuit was last closed, from 1. */
export interface Open {
  readonly _tag: "Open"
  readonly generation: number
  readonly openedAt: number
  readonly openUntil: number
  readonly openings: number
  readonly reason: OpenReason
}

/** A few calls pass as probes. `issued` counts the places given in this generation: the id of the last one. */
export interface HalfOpen {
  readonly _tag: "HalfOpen"
  readonly generation: number
  readonly openings: number
  readonly issued: number
  readonly probes: ReadonlyArray<Lease>
  readonly successes: number
}

/**
 * More and more calls pass: `halfOpenPermits * 2^step` in flight, `step` from 0. `successes` is of the present step,
 * `consecutiveFailures` of the present row.
 *
 * **Details** Half-open and ramping are one recovery and one generation: a probe that is still in flight when the ramp
 * begins holds its place there, and its failure is as good a reason to go back.
 */
export interface Ramping {
  readonly _tag: "Ramping"
  readonly generation: number
  readonly openings: number
  readonly issued: number
  readonly step: number
  readonly calls: ReadonlyArray<Lease>
  readonly successes: number
  readonly consecutiveFailures: number
}

/** Calls are refused until a person resets the circuit. */
export interface Isolated {
  readonly _tag: "Isolated"
  readonly generation: number
}

/** The state of a circuit. `generation` grows when it opens, begins to recover, closes, is isolated or reset. */
export type CircuitState = Closed | Open | HalfOpen | Ramping | Isolated

/** The state of a circuit that has seen nothing yet, in this generation. */
export const closedCircuit = (generation: number): Closed => ({
  _tag: "Closed",
  generation,
  window: emptyWindow,
  consecutiveFailures: 0,
  lastFailureAt: 0
})

/** How many calls may be in flight on this step of the ramp. **Units** calls. */
export const rampAllowance = (halfOpenPermits: number, step: number): number => halfOpenPermits * 2 ** step
