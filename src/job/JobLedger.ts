/**
 * Keeps image jobs, and moves them by the pure transition of `JobTransition.ts`; each transition and its money move are
 * one step. Layers: memory; durable ones stand behind the same contract.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { IdempotencyKey, JobId, Owner } from "../../schemas/Identifiers.ts"
import type { Job, JobEvent, JobState } from "../../schemas/Job.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { MoneyRefused, ReservationKey } from "../money/CostLedger.ts"
import type { IdempotencyConflict, JobNotFound, StorageFailed } from "../../schemas/Reason.ts"
import type { TransitionRefused } from "./JobTransition.ts"

/**
 * A job to be entered: everything but what the ledger decides. `bound` is what is held for it, default its price: more
 * than that where another account may come to make it for more.
 */
export type NewJob = Omit<Job, "id" | "state" | "money" | "attempts" | "createdAt" | "updatedAt"> & {
  readonly bound?: Cost
}

/** The row of a new job, and the money to be set aside for it. */
export const enteredJob = (
  { bound, ...entry }: NewJob,
  id: JobId,
  now: number
): { readonly job: Job; readonly bound: Cost } => {
  const held = bound ?? entry.price
  const money = { _tag: "Held", bound: held.usdMicros } as const
  return {
    job: { ...entry, id, state: { _tag: "Queued" }, money, attempts: 0, createdAt: now, updatedAt: now },
    bound: held
  }
}

/** What a job's money is set aside under. */
export const reservationOf = ({ callId, id, owner }: Job): ReservationKey => ({
  reference: `job:${id}`,
  callId,
  owner,
  provider: "nanobanana",
  operation: "submit"
})

/** Whether the ledger holds the job for whoever asked it, and may decide about it; `job` as it then stands. */
export interface Claim {
  readonly isHeld: boolean
  readonly job: Job
}

/** A part of the jobs, the newest first. **Units** `limit` 1 to 1000, default 100; `before` the last job of the page before. */
export interface JobPage {
  readonly limit?: number
  readonly before?: JobId
}

/** Whether a job has failed and nothing was paid for it: the same request may be made again under the same key. */
export const freesItsKey = (job: Job): boolean => job.state._tag === "Failed" && job.money._tag === "Released"

/**
 * The service.
 *
 * **Details** A ledger holds the jobs it enters and claims, one holder each, by a lease that it renews as long as it
 * lives. The lease fences decisions, never evidence (`Lease.ts`): whatever became of the holder, a provider's id or a
 * stored picture is always taken.
 *
 * **Errors** `StorageFailed` where the ledger can not write; `JobNotFound` also for another owner's job;
 * `TransitionRefused` where the state does not allow the event (nothing was changed).
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImageGenerator, JobLedger } from "@ludeng/providers"
 * import { defaultOwner } from "@ludeng/providers/schemas/Identifiers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   yield* ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))
 *   return yield* JobLedger.use((it) => it.list(defaultOwner))
 * })
 * const jobs = await Effect.runPromise(Effect.provide(program, Mock.layer))
 * jobs.map((job) => job.state._tag) // => ["Stored"]
 * ```
 */
export class JobLedger extends Context.Service<
  JobLedger,
  {
    /**
     * Enters a job as `Queued`, held by this ledger, and sets its bound aside, or finds the job of the same owner, key and
     * request. The key of a job that `freesItsKey` names the new job from then on. Where the money is refused, no row
     * remains.
     */
    readonly enter: (
      job: NewJob
    ) => Effect.Effect<{ readonly job: Job; readonly isNew: boolean }, typeof IdempotencyConflict.Type | MoneyRefused>
    readonly get: (id: JobId, owner: Owner) => Effect.Effect<Job, typeof JobNotFound.Type | typeof StorageFailed.Type>
    readonly find: (key: IdempotencyKey, owner: Owner) => Effect.Effect<Job | undefined, typeof StorageFailed.Type>
    /** The `Stored` jobs of an equal request of the same owner, the newest first. */
    readonly findStored: (
      requestHash: string,
      owner: Owner
    ) => Effect.Effect<ReadonlyArray<Job>, typeof StorageFailed.Type>
    readonly list: (owner: Owner, page?: JobPage) => Effect.Effect<ReadonlyArray<Job>, typeof StorageFailed.Type>
    /** How jobs stand, whoever's they are; of ids that it does not know nothing is answered. */
    readonly statesOf: (
      ids: ReadonlyArray<JobId>
    ) => Effect.Effect<ReadonlyMap<JobId, JobState["_tag"]>, typeof StorageFailed.Type>
    /** How many jobs stand so, whoever's they are. */
    readonly countOf: (state: JobState["_tag"]) => Effect.Effect<number, typeof StorageFailed.Type>
    /** Takes a job that nobody holds, or whose holder is gone. */
    readonly claim: (id: JobId) => Effect.Effect<Claim, typeof JobNotFound.Type | typeof StorageFailed.Type>
    /**
     * Takes up to so many jobs that are on their way, whoever's they are, that nobody holds and whose time has come: by
     * priority, the longest due first.
     */
    readonly claimDue: (limit: number) => Effect.Effect<ReadonlyArray<Job>, typeof StorageFailed.Type>
    /** Gives a job back for others to take, not before `dueAt` (milliseconds since 1970, default at once). */
    readonly release: (id: JobId, dueAt?: number) => Effect.Effect<void, typeof StorageFailed.Type>
    /** Applies an event; evidence that is already known changes nothing and succeeds. */
    readonly apply: (
      id: JobId,
      event: JobEvent
    ) => Effect.Effect<Job, TransitionRefused | typeof JobNotFound.Type | typeof StorageFailed.Type>
    /** The job now and at each change. */
    readonly changes: (
      id: JobId,
      owner: Owner
    ) => Stream.Stream<Job, typeof JobNotFound.Type | typeof StorageFailed.Type>
  }
>()("@ludeng/providers/job/JobLedger") {}
