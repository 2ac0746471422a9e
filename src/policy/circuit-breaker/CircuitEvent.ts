/**
 * What can happen to a circuit, and what it answers.
 *
 * **Units** every instant is in whole milliseconds of the monotonic clock, every time in whole milliseconds.
 */

/**
 * What a call showed of its provider. Only `failure` counts against it. `ignored` is for what says nothing of its
 * health (a refused request, a quota, a caller who left, a refusal of our own): it frees the place, and is neither.
 */
export type CallOutcome = "success" | "failure" | "ignored"

/**
 * A call that was let through; given back with its outcome, once. `id` is 0 where no place is held: in a closed
 * circuit, and where an observed circuit would have refused.
 */
export interface Ticket {
  readonly generation: number
  readonly id: number
}

/** A call asks to pass, in the step that takes its permits. */
export interface Admit {
  readonly _tag: "Admit"
}

/** Someone looks: an open time that is over ends, and so do leases. */
export interface Look {
  readonly _tag: "Look"
}

/** A call has ended. */
export interface Ended {
  readonly _tag: "Ended"
  readonly ticket: Ticket
  readonly outcome: CallOutcome
  /** Whether this failure opens a closed circuit alone. Default false. */
  readonly opensAtOnce?: boolean | undefined
  /** How long the provider asked to be left alone; at most one hour is believed. Anything but a positive number is no hint. */
  readonly retryAfterMillis?: number | undefined
  /** A draw from [0, 1) for the jitter of an open time. */
  readonly chance: number
}

/** A person takes the operation out of service. */
export interface Isolate {
  readonly _tag: "Isolate"
}

/** A person closes the circuit, and forgets what it has counted. */
export interface Reset {
  readonly _tag: "Reset"
}

/** What can happen to a circuit. */
export type CircuitEvent = Admit | Look | Ended | Isolate | Reset

/** The call goes to the provider now; `ticket` comes back with its outcome. */
export interface Pass {
  readonly _tag: "Pass"
  readonly ticket: Ticket
}

/**
 * The circuit recovers and has no place now. A place comes free when a call ends, and at `until` at the latest (the end
 * of a lease).
 */
export interface Wait {
  readonly _tag: "Wait"
  readonly until: number | undefined
}

/** Nobody waits for this. `retryAfterMillis` is undefined while isolated: no time ends that, a person does. */
export interface Refuse {
  readonly _tag: "Refuse"
  readonly reason: "CircuitOpen" | "Isolated"
  readonly retryAfterMillis: number | undefined
}

/** The answer to `Admit`. */
export type Decision = Pass | Wait | Refuse
