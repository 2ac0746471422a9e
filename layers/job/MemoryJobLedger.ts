/**
 * Jobs in memory: for tests, for `Mock.layer`, and for programs that end with their job. What it holds is gone when the
 * process ends; jobs are kept as long as the layer lives.
 *
 * Every step (look up, decide, move the money, write the row, tell the watchers) is one synchronous block: no fiber can
 * see half of it, and interruption can not cut it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type IdempotencyKey, JobId, type Owner, type ProviderJobId } from "../../schemas/Identifiers.ts"
import { type Job, type JobEvent, providerJobIdOf } from "../../schemas/Job.ts"
import type { IdempotencyConflict, JobNotFound, StorageFailed } from "../../schemas/Reason.ts"
import { enteredJob, freesItsKey, JobLedger, type NewJob, reservationOf } from "../../src/job/JobLedger.ts"
import { refusedAs, transition, type TransitionRefused } from "../../src/job/JobTransition.ts"
import { JobWatchers } from "../../src/job/JobWatchers.ts"
import { dueAtOf, isUnderWay } from "../../src/job/Lease.ts"
import { CostLedger, type MoneyRefused } from "../../src/money/CostLedger.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import { rankOf } from "../../src/policy/rate-limit/WaitingQueue.ts"

interface Entered {
  readonly job: Job
  readonly isNew: boolean
}

type EnterFailed = typeof IdempotencyConflict.Type | MoneyRefused

type ApplyFailed = TransitionRefused | typeof JobNotFound.Type | typeof StorageFailed.Type

const jobNotFound: typeof JobNotFound.Type = { _tag: "JobNotFound" }

/** The ledger in memory. Its money moves go to `CostLedger`, which must be synchronous (see its contract). */
export const layer: Layer.Layer<JobLedger, never, CostLedger> = Layer.effect(
  JobLedger,
  Effect.gen(function* () {
    const costs = yield* CostLedger
    const runSync = Effect.runSyncWith(yield* Effect.context<never>())
    const rows = new Map<JobId, Job>()
    const idByKey = new Map<string, JobId>()
    const watchers = new JobWatchers()
    /** Jobs that nobody holds, and when they are due. Nobody else can hold one: the rows end with this ledger. */
    const free = new Map<JobId, number>()

    let writes = 0

    const write = (job: Job): void => {
      rows.set(job.id, job)
      writes += 1
      if (!isUnderWay(job)) free.delete(job.id)
      watchers.tell(job, writes)
    }

    const find = (key: IdempotencyKey | undefined, owner: Owner): Job | undefined => {
      const id = key === undefined ? undefined : idByKey.get(keyText(key, owner))
      return id === undefined ? undefined : rows.get(id)
    }

    const get = (id: JobId): Effect.Effect<Job, typeof JobNotFound.Type> =>
      Effect.suspend(() => {
        const job = rows.get(id)
        return job === undefined ? Effect.fail(jobNotFound) : Effect.succeed(job)
      })

    const owned = (id: JobId, owner: Owner): Effect.Effect<Job, typeof JobNotFound.Type> =>
      Effect.flatMap(get(id), (job) => (job.owner === owner ? Effect.succeed(job) : Effect.fail(jobNotFound)))

    const enterNow = (entry: NewJob, candidate: string, now: number): Result.Result<Entered, EnterFailed> => {
      const existing = find(entry.idempotencyKey, entry.owner)
      if (existing !== undefined && existing.requestHash !== entry.requestHash) {
        return Result.fail({
          _tag: "IdempotencyConflict" as const,
          requestHash: entry.requestHash,
          existingRequestHash: existing.requestHash
        })
      }
      if (existing !== undefined && !freesItsKey(existing)) return Result.succeed({ job: existing, isNew: false })
      let id = JobId.make(candidate)
      for (let suffix = 2; rows.has(id); suffix++) id = JobId.make(`${candidate}_${suffix}`)
      const { bound, job } = enteredJob(entry, id, now)
      const held = runSync(Effect.result(costs.hold(reservationOf(job), bound)))
      if (Result.isFailure(held)) return Result.fail(held.failure)
      write(job)
      if (entry.idempotencyKey !== undefined) idByKey.set(keyText(entry.idempotencyKey, entry.owner), id)
      return Result.succeed({ job, isNew: true })
    }

    const isAnothers = (providerJobId: ProviderJobId, own: JobId): boolean =>
      [...rows.values()].some((job) => job.id !== own && providerJobIdOf(job.state) === providerJobId)

    const applyNow = (id: JobId, event: JobEvent, now: number): Result.Result<Job, ApplyFailed> => {
      const job = rows.get(id)
      if (job === undefined) return Result.fail(jobNotFound)
      if (event._tag === "ResolvedCharged" && isAnothers(event.providerJobId, id)) {
        return Result.fail(refusedAs(job, event, { isOfAnotherJob: true }))
      }
      return Result.flatMap(transition(job, event, now), (next) => {
        if (next.job === job) return Result.succeed(job)
        const moved = runSync(Effect.result(costs.move(reservationOf(job), next.move)))
        if (Result.isFailure(moved)) return Result.fail(moved.failure)
        write(next.job)
        // Nobody held it while nothing could be done for it.
        if (!isUnderWay(job) && isUnderWay(next.job)) free.set(id, dueAtOf(next.job))
        return Result.succeed(next.job)
      })
    }

    const dueNow = (now: number): ReadonlyArray<Job> =>
      [...free]
        .filter(([, dueAt]) => dueAt <= now)
        .toSorted(([, left], [, right]) => left - right)
        .flatMap(([id]) => rows.get(id) ?? [])
        .toSorted((left, right) => rankOf(left.wishes.priority ?? "normal") - rankOf(right.wishes.priority ?? "normal"))

    return {
      enter: Effect.fnUntraced(function* (entry) {
        const candidate = yield* makeIdentifier("job")
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.suspend(() => Effect.fromResult(enterNow(entry, candidate, now)))
      }),
      get: owned,
      find: (key, owner) => Effect.sync(() => find(key, owner)),
      findStored: (requestHash, owner) =>
        Effect.sync(() =>
          [...rows.values()]
            .toReversed()
            .filter((job) => job.state._tag === "Stored" && job.owner === owner && job.requestHash === requestHash)
            .toSorted((left, right) => right.updatedAt - left.updatedAt)
        ),
      list: (owner, { before, limit = 100 } = {}) =>
        Effect.sync(() => {
          const jobs = [...rows.values()].filter((job) => job.owner === owner).toReversed()
          const begin = before === undefined ? 0 : jobs.findIndex((job) => job.id === before) + 1
          return jobs.slice(begin, begin + limit)
        }),
      statesOf: (ids) =>
        Effect.sync(() => {
          const jobs = ids.flatMap((id) => rows.get(id) ?? [])
          return new Map(jobs.map(({ id, state }) => [id, state._tag]))
        }),
      countOf: (tag) => Effect.sync(() => [...rows.values()].filter(({ state }) => state._tag === tag).length),
      claim: (id) =>
        Effect.map(get(id), (job) => {
          free.delete(id)
          return { isHeld: true, job }
        }),
      claimDue: (limit) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const due = dueNow(now).slice(0, limit)
          for (const { id } of due) free.delete(id)
          return due
        }),
      release: (id, dueAt) =>
        Effect.sync(() => {
          const job = rows.get(id)
          if (job !== undefined && isUnderWay(job)) free.set(id, dueAt ?? dueAtOf(job))
        }),
      apply: Effect.fnUntraced(function* (id, event) {
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.suspend(() => Effect.fromResult(applyNow(id, event, now)))
      }),
      changes: (id, owner) =>
        Stream.callback((queue) =>
          Effect.acquireRelease(
            Effect.map(owned(id, owner), (job) => watchers.add(job, writes, queue)),
            (stop) => Effect.sync(stop)
          )
        )
    }
  })
)

const keyText = (key: IdempotencyKey, owner: Owner): string => JSON.stringify([owner, key])
