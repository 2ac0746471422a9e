/**
 * Jobs in the ledger's database. Every step (look up, decide, move the money, write the row) is one transaction, so a
 * process that is killed leaves all of it or nothing; several processes on one file share it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import { JobId, type Owner } from "../../schemas/Identifiers.ts"
import type { Job, JobEvent, JobState } from "../../schemas/Job.ts"
import type { JobNotFound, StorageFailed } from "../../schemas/Reason.ts"
import type { ConfigurationError } from "../../schemas/Settings.ts"
import { enteredJob, freesItsKey, JobLedger, type NewJob, reservationOf } from "../../src/job/JobLedger.ts"
import { refusedAs, transition } from "../../src/job/JobTransition.ts"
import { JobWatchers } from "../../src/job/JobWatchers.ts"
import { dueAtOf, isFenced, isUnderWay } from "../../src/job/Lease.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { makeIdentifier } from "../../src/pipeline/CallId.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { Sealer } from "../../src/vault/Sealer.ts"
import { homeProblem } from "../home/Home.ts"
import { orStorageFailed, sqlFailed } from "../sql/SqlFailure.ts"
import { followForeignChanges } from "./ForeignChanges.ts"
import { type KnownJob, KnownJobs } from "./KnownJobs.ts"
import { columnsOf, type JobRow, newColumnsOf, openJob, sealJob } from "./JobRow.ts"
import { makeLeases, notHeld } from "./SqliteLeases.ts"

const jobNotFound: typeof JobNotFound.Type = { _tag: "JobNotFound" }

/** How many ids one statement asks for. */
const idsAtOnce = 500

/** How long a job whose row can not be read is left alone. **Units** milliseconds. */
const unreadableRestMillis = 3_600_000

/**
 * The ledger. What it holds is given back when its scope closes.
 *
 * **Errors** `ConfigurationError` where the table can not be used.
 */
export const layer: Layer.Layer<
  JobLedger,
  ConfigurationError,
  SqlClient.SqlClient | CostLedger | Sealer | LiveSettings
> = Layer.effect(
  JobLedger,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const costs = yield* CostLedger
    const sealer = yield* Sealer
    const watchers = new JobWatchers()
    const known = new KnownJobs()
    const jobOf = (row: JobRow) => openJob(row, sealer)
    const leases = yield* Effect.mapError(makeLeases(sql), (error) =>
      homeProblem(sqlFailed("its jobs can not be held")(error).detail, "a database that can be written to")
    )
    yield* Effect.forkScoped(followForeignChanges(sql, watchers, jobOf))

    /** A step of the ledger: whole or not at all, also for whoever is interrupted in it. */
    const step = <A, E>(name: string, body: Effect.Effect<A, E>) =>
      sql.withTransaction(body).pipe(orStorageFailed(name), Effect.uninterruptible)

    const found = (name: string, query: Effect.Effect<ReadonlyArray<JobRow>, SqlError>) => orStorageFailed(name)(query)

    const rowById = (id: JobId) =>
      Effect.flatMap(found("reading a job", sql<JobRow>`SELECT * FROM jobs WHERE id = ${id}`), ([row]) =>
        row === undefined ? Effect.fail(jobNotFound) : Effect.succeed(row)
      )

    const rowOfOwner = (id: JobId, owner: Owner) =>
      Effect.flatMap(rowById(id), (row) => (row.owner === owner ? Effect.succeed(row) : Effect.fail(jobNotFound)))

    const jobByKey = (key: string, owner: Owner): Effect.Effect<Job | undefined, typeof StorageFailed.Type> =>
      Effect.flatMap(
        found("looking up a key", sql<JobRow>`SELECT * FROM jobs WHERE owner = ${owner} AND idempotency_key = ${key}`),
        ([row]) => (row === undefined ? Effect.succeed(undefined) : jobOf(row))
      )

    const freeId = Effect.fnUntraced(function* (candidate: string) {
      for (let suffix = 1; ; suffix++) {
        const id = JobId.make(suffix === 1 ? candidate : `${candidate}_${suffix}`)
        if ((yield* sql`SELECT id FROM jobs WHERE id = ${id}`).length === 0) return id
      }
    })

    const enterNow = Effect.fnUntraced(function* (entry: NewJob, candidate: string, now: number) {
      const key = entry.idempotencyKey
      const existing = key === undefined ? undefined : yield* jobByKey(key, entry.owner)
      if (existing !== undefined && existing.requestHash !== entry.requestHash) {
        return yield* Effect.fail({
          _tag: "IdempotencyConflict" as const,
          requestHash: entry.requestHash,
          existingRequestHash: existing.requestHash
        })
      }
      if (existing !== undefined && !freesItsKey(existing)) return { job: existing, isNew: false }
      if (existing !== undefined) yield* sql`UPDATE jobs SET idempotency_key = NULL WHERE id = ${existing.id}`
      const { bound, job } = enteredJob(entry, yield* freeId(candidate), now)
      yield* costs.hold(reservationOf(job), bound)
      const row = { ...newColumnsOf(job), ...leases.held(now), revision: 1, sealed: yield* sealJob(job, sealer) }
      yield* sql`INSERT INTO jobs ${sql.insert(row)}`
      return { job, isNew: true }
    })

    const isAnothers = (providerJobId: string, own: JobId) =>
      Effect.map(
        sql`SELECT id FROM jobs WHERE provider_job_id = ${providerJobId} AND id <> ${own} LIMIT 1`,
        (rows) => rows.length > 0
      )

    const applyNow = Effect.fnUntraced(function* (id: JobId, event: JobEvent, now: number) {
      const row = yield* rowById(id)
      const before = yield* jobOf(row)
      if (isFenced(event) && leases.isElsewhere(row, now)) {
        return yield* Effect.fail(refusedAs(before, event, { isHeldElsewhere: true }))
      }
      if (event._tag === "ResolvedCharged" && (yield* isAnothers(event.providerJobId, id))) {
        return yield* Effect.fail(refusedAs(before, event, { isOfAnotherJob: true }))
      }
      const { job, move } = yield* Effect.fromResult(transition(before, event, now))
      const isHeld = leases.isOwn(row)
      if (job === before) return { job, revision: row.revision, isHeld }
      yield* costs.move(reservationOf(job), move)
      const changed = {
        ...columnsOf(job),
        ...(isUnderWay(job) ? leases.keep(row, dueAtOf(job), now) : notHeld(dueAtOf(job))),
        ...(job.plan === before.plan ? {} : { sealed: yield* sealJob(job, sealer) }),
        revision: row.revision + 1
      }
      yield* sql`UPDATE jobs SET ${sql.update(changed)} WHERE id = ${id}`
      return { job, revision: changed.revision, isHeld }
    })

    /** What only moves a job on that is known and held; `undefined` where the row has to be read. */
    const moveOn = Effect.fnUntraced(function* (id: JobId, event: JobEvent, now: number) {
      const before = known.get(id)
      if (before === undefined) return undefined
      const next = transition(before.job, event, now)
      if (Result.isFailure(next)) return undefined
      const { job, move } = next.success
      const isMove = job !== before.job && job.plan === before.job.plan && move._tag === "Keep" && isUnderWay(job)
      if (!isMove) return undefined
      const changed = { ...columnsOf(job), ...leases.held(now), revision: before.revision + 1 }
      const written = yield* sql`
        UPDATE jobs SET ${sql.update(changed)}
        WHERE id = ${id} AND revision = ${before.revision} AND lease_holder = ${changed.lease_holder} RETURNING id`
      return written.length === 1 ? { job, revision: changed.revision } : undefined
    })

    const remember = ({ job, revision }: KnownJob, isHeld: boolean): void => {
      if (isHeld && isUnderWay(job)) known.set({ job, revision })
      else known.forget(job.id)
    }

    /** One row that can not be read keeps nobody from the others. */
    const readableJobs = <E>(rows: ReadonlyArray<JobRow>, unread: (id: JobId) => Effect.Effect<void, E>) =>
      Effect.map(
        Effect.forEach(rows, (row) =>
          Effect.catch(Effect.asSome(jobOf(row)), (problem) =>
            Effect.logError("a job's row can not be read").pipe(
              Effect.annotateLogs({ jobId: row.id, problem: problem.detail }),
              Effect.andThen(unread(JobId.make(row.id))),
              Effect.as(Option.none<Job>())
            )
          )
        ),
        (jobs) => jobs.flatMap((job) => Option.toArray(job))
      )

    return JobLedger.of({
      enter: Effect.fnUntraced(function* (entry) {
        const candidate = yield* makeIdentifier("job")
        const now = yield* Clock.currentTimeMillis
        const entered = yield* step("entering a job", enterNow(entry, candidate, now))
        if (entered.isNew) known.set({ job: entered.job, revision: 1 })
        return entered
      }),
      get: (id, owner) => Effect.flatMap(rowOfOwner(id, owner), jobOf),
      find: jobByKey,
      findStored: (requestHash, owner) =>
        Effect.flatMap(
          found(
            "looking up pictures",
            sql<JobRow>`
              SELECT * FROM jobs WHERE owner = ${owner} AND request_hash = ${requestHash} AND state = 'Stored'
              ORDER BY updated_at DESC, created_at DESC LIMIT 100`
          ),
          Effect.forEach(jobOf)
        ),
      list: (owner, { before, limit = 100 } = {}) =>
        Effect.flatMap(
          found(
            "listing jobs",
            before === undefined
              ? sql<JobRow>`
                  SELECT * FROM jobs WHERE owner = ${owner} ORDER BY created_at DESC, id DESC LIMIT ${limit}`
              : sql<JobRow>`
                  SELECT * FROM jobs WHERE owner = ${owner}
                    AND (created_at, id) < (SELECT created_at, id FROM jobs WHERE id = ${before})
                  ORDER BY created_at DESC, id DESC LIMIT ${limit}`
          ),
          (rows) => readableJobs(rows, () => Effect.void)
        ),
      statesOf: Effect.fnUntraced(function* (ids) {
        const states = new Map<JobId, JobState["_tag"]>()
        for (let begin = 0; begin < ids.length; begin += idsAtOnce) {
          const some = ids.slice(begin, begin + idsAtOnce)
          const rows = yield* sql<{ readonly id: JobId; readonly state: JobState["_tag"] }>`
            SELECT id, state FROM jobs WHERE ${sql.in("id", some)}`.pipe(orStorageFailed("looking up states"))
          for (const { id, state } of rows) states.set(id, state)
        }
        return states
      }),
      countOf: Effect.fnUntraced(function* (tag) {
        const [row] = yield* sql<{ readonly count: number }>`
          SELECT COUNT(*) AS count FROM jobs WHERE state = ${tag}`.pipe(orStorageFailed("counting jobs"))
        return row?.count ?? 0
      }),
      claim: Effect.fnUntraced(function* (id) {
        const now = yield* Clock.currentTimeMillis
        return yield* step(
          "holding a job",
          Effect.gen(function* () {
            const row = yield* rowById(id)
            const job = yield* jobOf(row)
            const isHeld = !leases.isElsewhere(row, now)
            if (isHeld && isUnderWay(job)) yield* leases.take(row, now)
            return { isHeld, job }
          })
        )
      }),
      claimDue: Effect.fnUntraced(function* (limit) {
        const now = yield* Clock.currentTimeMillis
        const rest = (id: JobId) => leases.giveBack(id, now + unreadableRestMillis)
        return yield* step(
          "looking for work",
          Effect.flatMap(leases.takeDue(limit, now), (rows) => readableJobs(rows, rest))
        )
      }),
      release: Effect.fnUntraced(function* (id, dueAt) {
        yield* step(
          "giving a job back",
          Effect.gen(function* () {
            const job = yield* Effect.flatMap(rowById(id), jobOf)
            yield* leases.giveBack(id, dueAt ?? dueAtOf(job))
          }).pipe(Effect.catchTag("JobNotFound", () => Effect.void))
        )
      }),
      apply: Effect.fnUntraced(function* (id, event) {
        const now = yield* Clock.currentTimeMillis
        const moved = yield* moveOn(id, event, now).pipe(orStorageFailed("moving a job"), Effect.uninterruptible)
        const { isHeld, ...written } =
          moved === undefined ? yield* step("moving a job", applyNow(id, event, now)) : { ...moved, isHeld: true }
        remember(written, isHeld)
        watchers.tell(written.job, written.revision)
        return written.job
      }),
      changes: (id, owner) =>
        Stream.callback((queue) =>
          Effect.acquireRelease(
            Effect.flatMap(rowOfOwner(id, owner), (row) =>
              Effect.map(jobOf(row), (job) => watchers.add(job, row.revision, queue))
            ),
            (stop) => Effect.sync(stop)
          )
        )
    })
  })
)
