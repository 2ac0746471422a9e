/**
 * Whether a call passes, and with which ticket. The column `Admit` of the table in `Transition.ts`.
 */
import type { CircuitConfig } from "./CircuitConfig.ts"
import type { Decision, Pass, Refuse, Ticket } from "./CircuitEvent.ts"
import { type CircuitState, type HalfOpen, type Open, rampAllowance } from "./CircuitState.ts"
import { firstExpiry, type Lease, liveLeases } from "./Leases.ts"

/** The state after a call has asked, and the answer. */
export interface Admitted {
  readonly state: CircuitState
  readonly decision: Decision
}

const pass = (ticket: Ticket): Pass => ({ _tag: "Pass", ticket })

/** The ticket of a call that holds no place: a closed circuit's, or one that passes because the circuit only observes. */
const placeless = (state: CircuitState): Pass => pass({ generation: state.generation, id: 0 })

const halfOpenOf = (open: Open): HalfOpen => ({
  _tag: "HalfOpen",
  generation: open.generation + 1,
  openings: open.openings,
  issued: 0,
  probes: [],
  successes: 0
})

const refuseOrObserve = (
  config: CircuitConfig,
  state: CircuitState,
  reason: Refuse["reason"],
  retryAfterMillis: number | undefined
): Decision => (config.observeOnly ? placeless(state) : { _tag: "Refuse", reason, retryAfterMillis })

const waitOrObserve = (config: CircuitConfig, state: CircuitState, leases: ReadonlyArray<Lease>): Decision =>
  config.observeOnly ? placeless(state) : { _tag: "Wait", until: firstExpiry(leases) }

/** An open circuit whose time is over is half-open; leases that have ended are gone. Every other state is left alone. */
export const whenDue = (state: CircuitState, now: number): CircuitState => {
  switch (state._tag) {
    case "Closed":
    case "Isolated":
      return state
    case "Open":
      return now >= state.openUntil ? halfOpenOf(state) : state
    case "HalfOpen": {
      const probes = liveLeases(state.probes, now)
      return probes === state.probes ? state : { ...state, probes }
    }
    case "Ramping": {
      const calls = liveLeases(state.calls, now)
      return calls === state.calls ? state : { ...state, calls }
    }
  }
}

/** Answers a call that asks to pass at `now`. */
export const admitCall = (config: CircuitConfig, before: CircuitState, now: number): Admitted => {
  if (before._tag === "Closed") return { state: before, decision: placeless(before) }
  const state = whenDue(before, now)
  switch (state._tag) {
    case "Closed":
      return { state, decision: placeless(state) }
    case "Open":
      return { state, decision: refuseOrObserve(config, state, "CircuitOpen", state.openUntil - now) }
    case "Isolated":
      return { state, decision: refuseOrObserve(config, state, "Isolated", undefined) }
    case "HalfOpen": {
      const { generation, probes } = state
      if (probes.length >= config.halfOpenPermits) return { state, decision: waitOrObserve(config, state, probes) }
      const id = state.issued + 1
      const place = { id, expiresAt: now + config.probeLeaseMillis }
      return { state: { ...state, issued: id, probes: [...probes, place] }, decision: pass({ generation, id }) }
    }
    case "Ramping": {
      const { calls, generation } = state
      const allowance = rampAllowance(config.halfOpenPermits, state.step)
      if (calls.length >= allowance) return { state, decision: waitOrObserve(config, state, calls) }
      const id = state.issued + 1
      const place = { id, expiresAt: now + config.probeLeaseMillis }
      return { state: { ...state, issued: id, calls: [...calls, place] }, decision: pass({ generation, id }) }
    }
  }
}
