/**
 * What an event makes of a job and of its money: one pure, total function, the state machine of `schemas/Job.ts`.
 */
import type * as Result from "effect/Result"
import type { Job, JobEvent } from "../../schemas/Job.ts"
import type { MoneyMove } from "../money/CostLedger.ts"

/** The state does not allow the event. */
export interface TransitionRefused {
  readonly _tag: "TransitionRefused"
  readonly state: Job["state"]["_tag"]
  readonly event: JobEvent["_tag"]
}

/** The job after the event, and the move of money that belongs to it. */
export interface Transition {
  readonly job: Job
  readonly move: MoneyMove
}

/** The type of `transition`. **Units** `now` in milliseconds since 1970. */
export type Transit = (job: Job, event: JobEvent, now: number) => Result.Result<Transition, TransitionRefused>
