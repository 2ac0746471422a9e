/**
 * The circuit breaker's only decider: state, event and time in, state and answer out. Pure and total.
 *
 * ```text
 *           Admit                          Ended: success        Ended: failure      Ended: ignored
 * Closed    Pass                           counted               counted; may open   nothing
 * Open      Refuse CircuitOpen; when due   nothing               nothing             nothing
 *           HalfOpen, and as there
 * HalfOpen  a place: Pass, else Wait       k of them: Ramping    Open, longer        the place is free
 * Ramping   a place: Pass, else Wait       allowance: next       k in a row: Open,   the place is free
 *                                          step, then Closed     longer
 * Isolated  Refuse Isolated                nothing               nothing             nothing
 *
 *           Isolate     Reset                  Look
 * Closed    Isolated    Closed, emptied        nothing
 * Open      Isolated    Closed                 when due HalfOpen
 * HalfOpen  Isolated    Closed                 ended leases are gone
 * Ramping   Isolated    Closed                 ended leases are gone
 * Isolated  nothing     Closed                 nothing
 * ```
 *
 * - A result whose ticket is of an older generation changes nothing, nor does one whose lease has ended.
 * - Every event of a recovering circuit first frees the places whose lease has ended. That a probe hangs is no failure.
 * - While half-open `k = halfOpenPermits` calls are in flight at most; on step s of the ramp `k * 2^s`, s from 0, and as
 *   many successes end the step. Behind the last step the window is empty.
 * - The ramp takes `k` failures in a row to go back, as half-open took `k` successes to begin it (one that opens at once
 *   is enough): a provider that fails one call in ten must not be held open for minutes by the first of them.
 * - Successes never open: the share of failures is looked at when a call fails.
 * - `observeOnly` turns Wait and Refuse into Pass; the results of calls that would not have passed count nowhere.
 *
 * **Details** A breaker belongs inside the retry loop and outside the time limit of an attempt: it counts attempts.
 */
import { admitCall, type Admitted, whenDue } from "./AdmitCall.ts"
import type { CircuitConfig } from "./CircuitConfig.ts"
import type { Admit, CircuitEvent, Decision } from "./CircuitEvent.ts"
import { type CircuitState, closedCircuit } from "./CircuitState.ts"
import { endCall } from "./EndCall.ts"

/** The state after an event, and the answer if the event was a question. */
export interface Transitioned {
  readonly state: CircuitState
  readonly decision: Decision | undefined
}

const moved = (state: CircuitState): Transitioned => ({ state, decision: undefined })

/**
 * The state after an event at `now`, and the answer to `Admit`. Where nothing changes the state is the same object.
 *
 * **Units** `now` in whole milliseconds of a monotonic clock.
 *
 * ```ts
 * import { closedCircuit, defaultCircuitConfig, transition } from "@ludeng/providers"
 *
 * const state = closedCircuit(1)
 * const { decision } = transition(defaultCircuitConfig, state, { _tag: "Admit" }, 0)
 * decision // => { _tag: "Pass", ticket: { generation: 1, id: 0 } }
 *
 * const ticket = { generation: 1, id: 0 }
 * const refused = { _tag: "Ended", ticket, outcome: "failure", opensAtOnce: true, chance: 0 } as const
 * const open = transition(defaultCircuitConfig, state, refused, 0).state
 * const later = transition(defaultCircuitConfig, open, { _tag: "Admit" }, 1_000)
 * later.decision // => { _tag: "Refuse", reason: "CircuitOpen", retryAfterMillis: 4000 }
 * ```
 */
export function transition(config: CircuitConfig, state: CircuitState, event: Admit, now: number): Admitted
export function transition(config: CircuitConfig, state: CircuitState, event: CircuitEvent, now: number): Transitioned
export function transition(config: CircuitConfig, state: CircuitState, event: CircuitEvent, now: number): Transitioned {
  switch (event._tag) {
    case "Admit":
      return admitCall(config, state, now)
    case "Ended":
      return moved(endCall(config, state, event, now))
    case "Look":
      return moved(whenDue(state, now))
    case "Isolate":
      return moved(state._tag === "Isolated" ? state : { _tag: "Isolated", generation: state.generation + 1 })
    case "Reset":
      return moved(closedCircuit(state.generation + 1))
  }
}
