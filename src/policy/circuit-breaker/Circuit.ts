/**
 * One circuit: the state in a `Ref`, moved by `transition`, with methods that do not suspend, so that whoever admits
 * calls can ask it in the same step in which it takes its other permits.
 *
 * It has no clock and no timer: the time is passed in, and what time has ended is noticed when somebody asks. It holds
 * no queue: who waits, and who is told that a circuit opened, is the business of the caller, through `onTransition`.
 */
import * as Ref from "effect/Ref"
import type { CircuitConfig } from "./CircuitConfig.ts"
import type { CallOutcome, CircuitEvent, Decision, Ticket } from "./CircuitEvent.ts"
import { type CircuitState, closedCircuit, type OpenReason, rampAllowance } from "./CircuitState.ts"
import { liveLeases } from "./Leases.ts"
import { transition } from "./Transition.ts"

/** Why a circuit went from one state to another. */
export type TransitionReason = OpenReason | "OpenTimeOver" | "ProbesSucceeded" | "RampFinished" | "Isolated" | "Reset"

/** A change of state, as it is told. **Units** `at` in milliseconds of the monotonic clock; the generation is the new one. */
export interface CircuitTransition {
  readonly from: CircuitState["_tag"]
  readonly to: CircuitState["_tag"]
  readonly at: number
  readonly generation: number
  readonly reason: TransitionReason
}

/** What is known of a call's end beyond its outcome. **Units** milliseconds; both count for failures only. */
export interface EndOptions {
  /** Opens a closed circuit alone, as a refused connection does. */
  readonly opensAtOnce?: boolean | undefined
  /** How long the provider asked to be left alone. */
  readonly retryAfterMillis?: number | undefined
}

/**
 * What would happen to a call that asks now: it passes, waits for a place of a recovering circuit, or is refused, and
 * nobody needs to wait for it.
 */
export type Standing = "passes" | "waits" | "refuses"

/** A circuit. **Units** `now` in whole milliseconds of the monotonic clock. */
export interface Circuit {
  /** The present state. An open time that is over is seen here only after somebody has asked. */
  readonly state: CircuitState
  readonly config: CircuitConfig
  /** What a call would be answered. Changes nothing but that an open time that is over ends. */
  readonly standing: (now: number) => Standing
  /** Takes a place, or says why not. Whoever gets a ticket calls `end` with it, once. */
  readonly admit: (now: number) => Decision
  readonly end: (ticket: Ticket, outcome: CallOutcome, options: EndOptions | undefined, now: number) => void
  /** Refuses every call until `reset`. */
  readonly isolate: (now: number) => void
  /** Closes the circuit and forgets what it has counted; results of calls in flight no longer count. */
  readonly reset: (now: number) => void
  /** Changes the configuration; the state stays, and the next event is held against the new one. */
  readonly configure: (config: CircuitConfig) => void
  /**
   * Calls `listener` in the same step on each change of the state's tag, after it has happened. Gives the function that
   * ends this. **Gotchas** A listener must not throw.
   */
  readonly onTransition: (listener: (transition: CircuitTransition) => void) => () => void
}

const reasonOf = (from: CircuitState, to: CircuitState, event: CircuitEvent): TransitionReason => {
  switch (to._tag) {
    case "Open":
      return to.reason
    case "HalfOpen":
      return "OpenTimeOver"
    case "Ramping":
      return "ProbesSucceeded"
    case "Isolated":
      return "Isolated"
    case "Closed":
      if (event._tag === "Reset") return "Reset"
      return from._tag === "HalfOpen" ? "ProbesSucceeded" : "RampFinished"
  }
}

const admitEvent = { _tag: "Admit" } as const
const lookEvent = { _tag: "Look" } as const

/**
 * A closed circuit. `chance` draws from [0, 1); it is asked for failures only. The configuration is one that
 * `circuitConfigProblems` accepts.
 *
 * ```ts
 * import { defaultCircuitConfig, makeCircuit } from "@ludeng/providers"
 *
 * const circuit = makeCircuit({ config: { ...defaultCircuitConfig, consecutiveFailures: 1 }, chance: () => 0 })
 * const decision = circuit.admit(0)
 * if (decision._tag === "Pass") circuit.end(decision.ticket, "failure", { retryAfterMillis: 60_000 }, 100)
 * circuit.standing(59_000) // => "refuses"
 * circuit.standing(60_100) // => "passes"
 * circuit.state._tag // => "HalfOpen"
 * ```
 */
export const makeCircuit = (options: { readonly config: CircuitConfig; readonly chance: () => number }): Circuit => {
  const { chance } = options
  let config = options.config
  const ref = Ref.makeUnsafe<CircuitState>(closedCircuit(1))
  const listeners = new Set<(transition: CircuitTransition) => void>()

  const moveTo = (to: CircuitState, event: CircuitEvent, now: number): void => {
    const from = ref.ref.current
    if (from === to) return
    ref.ref.current = to
    if (from._tag === to._tag || listeners.size === 0) return
    const reason = reasonOf(from, to, event)
    const told = { from: from._tag, to: to._tag, at: now, generation: to.generation, reason }
    for (const listener of listeners) listener(told)
  }

  const happen = (event: CircuitEvent, now: number): void =>
    moveTo(transition(config, ref.ref.current, event, now).state, event, now)

  return {
    get state() {
      return ref.ref.current
    },
    get config() {
      return config
    },
    standing: (now) => {
      if (ref.ref.current._tag === "Open") happen(lookEvent, now)
      const state = ref.ref.current
      if (config.observeOnly) return "passes"
      switch (state._tag) {
        case "Closed":
          return "passes"
        case "Open":
        case "Isolated":
          return "refuses"
        case "HalfOpen":
          return liveLeases(state.probes, now).length < config.halfOpenPermits ? "passes" : "waits"
        case "Ramping":
          return liveLeases(state.calls, now).length < rampAllowance(config.halfOpenPermits, state.step)
            ? "passes"
            : "waits"
      }
    },
    admit: (now) => {
      const { decision, state } = transition(config, ref.ref.current, admitEvent, now)
      moveTo(state, admitEvent, now)
      return decision
    },
    end: (ticket, outcome, endOptions, now) =>
      happen(
        {
          _tag: "Ended",
          ticket,
          outcome,
          opensAtOnce: endOptions?.opensAtOnce,
          retryAfterMillis: endOptions?.retryAfterMillis,
          chance: outcome === "failure" ? chance() : 0
        },
        now
      ),
    isolate: (now) => happen({ _tag: "Isolate" }, now),
    reset: (now) => happen({ _tag: "Reset" }, now),
    configure: (changed) => {
      config = changed
    },
    onTransition: (listener) => {
      const own = (transition: CircuitTransition) => listener(transition)
      listeners.add(own)
      return () => {
        listeners.delete(own)
      }
    }
  }
}
