/**
 * What follows from the end of a call. The column `Ended` of the table in `Transition.ts`.
 */
import type { CircuitConfig } from "./CircuitConfig.ts"
import type { Ended } from "./CircuitEvent.ts"
import {
  type CircuitState,
  type Closed,
  closedCircuit,
  type HalfOpen,
  type Open,
  type OpenReason,
  rampAllowance,
  type Ramping
} from "./CircuitState.ts"
import { withCall } from "./DecayedWindow.ts"
import { liveLeases, withoutLease } from "./Leases.ts"
import { openTimeMillis } from "./OpenTime.ts"

/**
 * Failures in a row are remembered longer than the window, for operations too quiet for a share; but not for ever, or
 * four failures of yesterday and one of today would open. **Units** multiples of `decayMillis` between two failures.
 */
export const rowMemory = 10

const opened = (
  config: CircuitConfig,
  state: CircuitState,
  event: Ended,
  openings: number,
  reason: OpenReason,
  now: number
): Open => ({
  _tag: "Open",
  generation: state.generation + 1,
  openedAt: now,
  openUntil: now + openTimeMillis(config, openings, event.retryAfterMillis, event.chance),
  openings,
  reason
})

const endClosed = (config: CircuitConfig, state: Closed, event: Ended, now: number): CircuitState => {
  const isFailure = event.outcome === "failure"
  const window = withCall(state.window, isFailure, config.decayMillis, now)
  if (!isFailure) {
    return { _tag: "Closed", generation: state.generation, window, consecutiveFailures: 0, lastFailureAt: 0 }
  }
  const isNewRow = now - state.lastFailureAt > rowMemory * config.decayMillis
  const consecutiveFailures = isNewRow ? 1 : state.consecutiveFailures + 1
  if (event.opensAtOnce === true) return opened(config, state, event, 1, "OpensAtOnce", now)
  if (consecutiveFailures >= config.consecutiveFailures) {
    return opened(config, state, event, 1, "ConsecutiveFailures", now)
  }
  if (window.calls >= config.minimumCalls && window.failures >= config.failureRatio * window.calls) {
    return opened(config, state, event, 1, "FailureRatio", now)
  }
  return { _tag: "Closed", generation: state.generation, window, consecutiveFailures, lastFailureAt: now }
}

/** The step of the ramp that begins now, or the closed circuit behind the last one. */
const rampOrClose = (
  config: CircuitConfig,
  state: HalfOpen | Ramping,
  step: number,
  calls: Ramping["calls"]
): Ramping | Closed =>
  step < config.rampSteps
    ? {
        _tag: "Ramping",
        generation: state.generation,
        openings: state.openings,
        issued: state.issued,
        step,
        calls,
        successes: 0,
        consecutiveFailures: 0
      }
    : closedCircuit(state.generation + 1)

const endHalfOpen = (config: CircuitConfig, state: HalfOpen, event: Ended, now: number): CircuitState => {
  const live = liveLeases(state.probes, now)
  const probes = withoutLease(live, event.ticket.id)
  if (probes === live) return live === state.probes ? state : { ...state, probes }
  if (event.outcome === "ignored") return { ...state, probes }
  if (event.outcome === "failure") return opened(config, state, event, state.openings + 1, "ProbeFailed", now)
  const successes = state.successes + 1
  return successes < config.halfOpenPermits ? { ...state, probes, successes } : rampOrClose(config, state, 0, probes)
}

const endRamping = (config: CircuitConfig, state: Ramping, event: Ended, now: number): CircuitState => {
  const live = liveLeases(state.calls, now)
  const calls = withoutLease(live, event.ticket.id)
  if (calls === live) return live === state.calls ? state : { ...state, calls }
  if (event.outcome === "ignored") return { ...state, calls }
  if (event.outcome === "failure") {
    const consecutiveFailures = state.consecutiveFailures + 1
    return event.opensAtOnce === true || consecutiveFailures >= config.halfOpenPermits
      ? opened(config, state, event, state.openings + 1, "RampFailed", now)
      : { ...state, calls, consecutiveFailures }
  }
  const successes = state.successes + 1
  return successes < rampAllowance(config.halfOpenPermits, state.step)
    ? { ...state, calls, successes, consecutiveFailures: 0 }
    : rampOrClose(config, state, state.step + 1, calls)
}

/** The state after a call has ended at `now`; the same state where the result changes nothing. */
export const endCall = (config: CircuitConfig, state: CircuitState, event: Ended, now: number): CircuitState => {
  if (event.ticket.generation !== state.generation) return state
  switch (state._tag) {
    case "Closed":
      return event.outcome === "ignored" ? state : endClosed(config, state, event, now)
    case "HalfOpen":
      return endHalfOpen(config, state, event, now)
    case "Ramping":
      return endRamping(config, state, event, now)
    case "Open":
    case "Isolated":
      return state
  }
}
