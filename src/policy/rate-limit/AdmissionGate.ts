/**
 * Who else must agree in the step that takes a permit: a circuit, above all. Its answers are given in that one
 * synchronous step, so that nobody is let through twice.
 */
import type { Ticket } from "../circuit-breaker/CircuitEvent.ts"

/** How the gate stands. `waits`: nobody may pass now, and somebody who is inside will change that. */
export type GateStanding = "passes" | "waits" | "refuses"

/** Why a gate refuses. **Units** `retryAfterMillis` milliseconds; absent where only a person opens it. */
export interface GateRefusal {
  readonly reason: "CircuitOpen" | "Isolated"
  readonly retryAfterMillis?: number
}

/** A gate. **Units** `now` in whole milliseconds of the monotonic clock. */
export interface AdmissionGate {
  readonly standing: (now: number) => GateStanding
  /** When a gate that `waits` changes by itself; infinity where only somebody inside changes it. */
  readonly changesAt: (now: number) => number
  /** Takes a place; called only in the same step after `standing` said `passes`. The ticket is handed in at the end. */
  readonly enter: (now: number) => Ticket
  /** Gives a place back whose holder sent nothing. */
  readonly leave: (ticket: Ticket) => void
  /** Why it refuses. */
  readonly refusal: (now: number) => GateRefusal
}

const noTicket: Ticket = { generation: 0, id: 0 }

/** Lets everybody through. */
export const openGate: AdmissionGate = {
  standing: () => "passes",
  changesAt: () => Number.POSITIVE_INFINITY,
  enter: () => noTicket,
  leave: () => undefined,
  refusal: () => ({ reason: "CircuitOpen" })
}
