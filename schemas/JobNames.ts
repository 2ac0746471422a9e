/**
 * The names by which a job is shown: its state, what became of its money, and what a person can do about it.
 */
import * as Schema from "effect/Schema"

/** The states of a job, by name. What each holds is in `Job.ts`. */
export const JobStateName = Schema.Literals([
  "Queued",
  "Submitting",
  "Submitted",
  "Running",
  "Stored",
  "Failed",
  "Cancelled",
  "OutcomeUnknown",
  "Expired"
])

/** What became of the money of a job. */
export const JobMoneyName = Schema.Literals(["None", "Held", "Settled", "Released"])

/**
 * What can be done about a job.
 *
 * - `resume`: go on with it and wait for its picture; never pays again.
 * - `cancel`: give it up, where that is possible.
 * - `resolveCharged`, `resolveNotCharged`, `acceptLoss`: say what the provider's account shows.
 * - `requestAgain`: the same request, as a new purchase.
 */
export const JobActionName = Schema.Literals([
  "resume",
  "cancel",
  "resolveCharged",
  "resolveNotCharged",
  "acceptLoss",
  "requestAgain"
])
