/**
 * Who may decide about a job. A worker that was away (a laptop that slept, a process that was stopped) must not decide
 * about a job that somebody else has taken up meanwhile; what it brings along of evidence is always welcome.
 */
import type { Job, JobEvent } from "../../schemas/Job.ts"

/** The holder's name, and until when its word counts. **Units** milliseconds since 1970. */
export interface Lease {
  readonly holder: string
  readonly until: number
}

/** How long a lease runs where it is not renewed, at least. **Units** milliseconds. */
export const shortestLeaseMillis = 60_000

/**
 * Whether a lease is in force for others than its holder.
 *
 * **Details** One that runs for longer than any lease does was written by a clock that has been set back since: nobody
 * could tell when it ends, so it has ended.
 */
export const isInForce = (lease: Lease | undefined, now: number, leaseMillis: number): lease is Lease =>
  lease !== undefined && lease.until > now && lease.until <= now + 2 * leaseMillis

/** Whether an event is a decision of the job's holder. A person's word and what the provider has sent need no lease. */
export const isFenced = (event: JobEvent): boolean => {
  switch (event._tag) {
    case "SendIntended":
    case "ProvenUnprocessed":
    case "HeldBack":
    case "Rerouted":
    case "ProviderFailed":
    case "ProviderCancelled":
    case "ResultGone":
    case "QueueExpired":
    case "JobExpired":
      return true
    case "Accepted":
    case "AnswerLost":
    case "Progressed":
    case "ImageStored":
    case "CancelRequested":
    case "ResolvedCharged":
    case "ResolvedNotCharged":
    case "LossAccepted":
      return false
  }
}

/** When a job that nobody holds is worth taking up. **Units** milliseconds since 1970. */
export const dueAtOf = ({ createdAt, state }: Job): number =>
  state._tag === "Queued" && state.heldBack !== undefined ? state.heldBack.until : createdAt

/** The states in which something can be done for a job without a person. */
export const statesUnderWay = ["Queued", "Submitting", "Submitted", "Running"] as const

/** Whether something can be done for a job without a person. */
export const isUnderWay = ({ state }: Job): boolean => statesUnderWay.some((it) => it === state._tag)
