/**
 * What the state of a job means for a person, and what a person can do about it. Pure.
 */
import { type Job, providerJobIdOf } from "../../schemas/Job.ts"
import type { JobActionName } from "../../schemas/JobNames.ts"

/** What can be done about a job; each is told where `JobActionName` is. */
export type JobAction = typeof JobActionName.Type

/** One sentence on the state, and the actions that make sense in it, the best first. */
export interface JobAdvice {
  readonly meaning: string
  readonly actions: ReadonlyArray<JobAction>
}

/**
 * The advice for a job as it stands. `canCancel` (default true): whether its protocol knows a way to cancel.
 *
 * ```ts
 * import { adviceOf } from "@ludeng/providers"
 *
 * const unknown = { state: { _tag: "OutcomeUnknown", since: 0 }, money: { _tag: "Held", bound: 20000 } } as const
 * adviceOf(unknown).actions // => ["resolveCharged", "resolveNotCharged", "acceptLoss"]
 * ```
 */
export const adviceOf = (
  job: Pick<Job, "state" | "money">,
  { canCancel = true }: { readonly canCancel?: boolean } = {}
): JobAdvice => {
  const orCancel: ReadonlyArray<JobAction> = canCancel ? ["resume", "cancel"] : ["resume"]
  const { state } = job
  switch (state._tag) {
    case "Queued":
      return {
        meaning:
          state.heldBack === undefined
            ? "not sent yet, nothing paid: it waits for its turn"
            : `not sent yet, nothing paid: held back by ${state.heldBack.reason}`,
        actions: ["resume", "cancel"]
      }
    case "Submitting":
      return { meaning: "being sent; nobody knows yet whether it was accepted", actions: ["resume"] }
    case "Submitted":
      return { meaning: "accepted by the provider, and to be paid", actions: orCancel }
    case "Running":
      return { meaning: "the provider is making it", actions: orCancel }
    case "Stored":
      return { meaning: "paid, and the picture was stored", actions: [] }
    case "Failed":
      return job.money._tag === "Settled"
        ? { meaning: "the provider failed, and may have charged it", actions: ["requestAgain"] }
        : { meaning: "failed, and nothing was paid", actions: ["requestAgain"] }
    case "Cancelled":
      return {
        meaning: job.money._tag === "Settled" ? "cancelled, and charged" : "cancelled, and nothing was paid",
        actions: ["requestAgain"]
      }
    case "OutcomeUnknown":
      return providerJobIdOf(state) === undefined
        ? {
            meaning: "nobody knows whether the provider accepted it: look into its account, it is not sent again",
            actions: ["resolveCharged", "resolveNotCharged", "acceptLoss"]
          }
        : {
            meaning: "accepted, and the provider gave no final answer in time",
            actions: ["resume", "resolveNotCharged", "acceptLoss"]
          }
    case "Expired":
      return { meaning: "charged, and the picture can not be had any more", actions: ["requestAgain"] }
  }
}
