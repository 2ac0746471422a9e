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
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { type IdempotencyKey, JobId, type Owner } from "../../schemas/Identifiers.ts"
import type { Job, JobEvent } from "../../schemas/Job.ts"
import type { JobNotFound } from "../../schemas/Reason.ts"
import { freesItsKey, JobLedger, type NewJob } from "../../src/job/JobLedger.ts"
import { transition, type TransitionRefused } from "../../src/job/JobTransition.ts"
import { CostLedger, type MoneyMove } from "../../src/money/CostLedger.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"

interface Row {
  readonly job: Job
  readonly watchers: Set<Queue.Enqueue<Job>>
}

type ApplyFailed = TransitionRefused | typeof JobNotFound.Type

const jobNotFound: typeof JobNotFound.Type = { _tag: "JobNotFound" }

/** The ledger in memory. Its money moves go to `CostLedger`, which must be synchronous (see its contract). */
export const layer: Layer.Layer<JobLedger, never, CostLedger> = Layer.effect(
  JobLedger,
  Effect.gen(function* () {
    const costs = yield* CostLedger
    const runSync = Effect.runSyncWith(yield* Effect.context<never>())
    const rows = new Map<JobId, Row>()
    const idByKey = new Map<string, JobId>()

    const write = (job: Job, move: MoneyMove): void => {
      runSync(costs.move(reservationOf(job), move))
      const watchers = rows.get(job.id)?.watchers ?? new Set()
      rows.set(job.id, { job, watchers })
      for (const watcher of watchers) Queue.offerUnsafe(watcher, job)
    }

    const find = (key: IdempotencyKey | undefined, owner: Owner): Job | undefined => {
      const id = key === undefined ? undefined : idByKey.get(keyText(key, owner))
      return id === undefined ? undefined : rows.get(id)?.job
    }

    const owned = (id: JobId, owner: Owner): Effect.Effect<Row, typeof JobNotFound.Type> =>
      Effect.suspend(() => {
        const row = rows.get(id)
        return row === undefined || row.job.owner !== owner ? Effect.fail(jobNotFound) : Effect.succeed(row)
      })

    const enterNow = (entry: NewJob, candidate: string, now: number) => {
      const existing = find(entry.idempotencyKey, entry.owner)
      if (existing !== undefined && existing.requestHash !== entry.requestHash) {
        return Result.fail({
          _tag: "IdempotencyConflict" as const,
          requestHash: entry.requestHash,
          existingRequestHash: existing.requestHash
        })
      }
      if (existing !== undefined && !freesItsKey(existing)) return Result.succeed({ job: existing, isNew: false })
      const { bound = entry.price, ...fields } = entry
      let id = JobId.make(candidate)
      for (let suffix = 2; rows.has(id); suffix++) id = JobId.make(`${candidate}_${suffix}`)
      const job: Job = {
        ...fields,
        id,
        state: { _tag: "Queued" },
        money: { _tag: "Held", bound: bound.usdMicros },
        attempts: 0,
        createdAt: now,
        updatedAt: now
      }
      write(job, { _tag: "Hold", bound })
      if (entry.idempotencyKey !== undefined) idByKey.set(keyText(entry.idempotencyKey, entry.owner), id)
      return Result.succeed({ job, isNew: true })
    }

    const applyNow = (id: JobId, event: JobEvent, now: number): Result.Result<Job, ApplyFailed> => {
      const job = rows.get(id)?.job
      if (job === undefined) return Result.fail(jobNotFound)
      return Result.map(transition(job, event, now), (next) => {
        if (next.job !== job) write(next.job, next.move)
        return next.job
      })
    }

    return {
      enter: Effect.fnUntraced(function* (entry) {
        const candidate = yield* makeIdentifier("job")
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.suspend(() => Effect.fromResult(enterNow(entry, candidate, now)))
      }),
      get: (id, owner) => Effect.map(owned(id, owner), (row) => row.job),
      find: (key, owner) => Effect.sync(() => find(key, owner)),
      findStored: (requestHash, owner) =>
        Effect.sync(() =>
          Array.from(rows.values(), (row) => row.job)
            .toReversed()
            .filter((job) => job.state._tag === "Stored" && job.owner === owner && job.requestHash === requestHash)
            .toSorted((left, right) => right.updatedAt - left.updatedAt)
        ),
      list: (owner) =>
        Effect.sync(() => Array.from(rows.values(), (row) => row.job).filter((job) => job.owner === owner)),
      apply: Effect.fnUntraced(function* (id, event) {
        const now = yield* Clock.currentTimeMillis
        return yield* Effect.suspend(() => Effect.fromResult(applyNow(id, event, now)))
      }),
      changes: (id, owner) =>
        Stream.callback((queue) =>
          Effect.acquireRelease(
            Effect.map(owned(id, owner), (row) => {
              Queue.offerUnsafe(queue, row.job)
              row.watchers.add(queue)
              return row.watchers
            }),
            (watchers) => Effect.sync(() => watchers.delete(queue))
          )
        )
    }
  })
)

const reservationOf = (job: Job) =>
  ({
    reference: `job:${job.id}`,
    callId: job.callId,
    owner: job.owner,
    provider: "nanobanana",
    operation: "submit"
  }) as const

const keyText = (key: IdempotencyKey, owner: Owner): string => JSON.stringify([owner, key])
