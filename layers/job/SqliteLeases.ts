/**
 * The leases of one ledger over its rows: taken, renewed as long as the ledger lives, given back when it ends. A row that
 * is held is not due before its lease ends, so whoever looks for work passes over it without reading it.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { JobId } from "../../schemas/Identifiers.ts"
import { isInForce, type Lease, shortestLeaseMillis } from "../../src/job/Lease.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import type { JobRow } from "./JobRow.ts"
import { isGone, makeHolder } from "./LedgerHolder.ts"

/** Beyond the longest paid request: a lease outlives it. **Units** milliseconds. */
const leaseMarginMillis = 30_000

/** What says in a row who holds it. */
export type LeaseColumns = {
  readonly lease_holder: string | null
  readonly lease_until: number
  readonly due_at: number
}

/** The leases. */
export interface Leases {
  /** The columns of a row that this ledger holds from now. */
  readonly held: (now: number) => LeaseColumns
  /** The columns of a row that is written: who holds it, holds it still. */
  readonly keep: (row: JobRow, dueAt: number, now: number) => LeaseColumns
  readonly isOwn: (row: JobRow) => boolean
  /** Whether somebody else holds the row. */
  readonly isElsewhere: (row: JobRow, now: number) => boolean
  /** Holds a row that has been read in the same transaction, unless it is held long enough still. */
  readonly take: (row: JobRow, now: number) => Effect.Effect<void, SqlError>
  /** Holds rows that are due, by priority, the longest due first. */
  readonly takeDue: (limit: number, now: number) => Effect.Effect<ReadonlyArray<JobRow>, SqlError>
  readonly giveBack: (id: JobId, dueAt: number) => Effect.Effect<void, SqlError>
}

/** The columns of a row that nobody holds. */
export const notHeld = (dueAt: number): LeaseColumns => ({ lease_holder: null, lease_until: 0, due_at: dueAt })

/** Makes the leases; they are renewed, and those of ledgers that are gone ended, until the scope closes. */
export const makeLeases = Effect.fnUntraced(function* (
  sql: SqlClient
): Effect.fn.Return<Leases, SqlError, LiveSettings | Scope.Scope> {
  const settings = yield* LiveSettings
  const holder = yield* makeHolder
  let leaseMillis = shortestLeaseMillis

  const held = (now: number): LeaseColumns => {
    const until = now + leaseMillis
    return { lease_holder: holder, lease_until: until, due_at: until }
  }

  const leaseOf = ({ lease_holder, lease_until }: JobRow): Lease | undefined =>
    lease_holder === null ? undefined : { holder: lease_holder, until: lease_until }

  const isElsewhere = (row: JobRow, now: number): boolean => {
    const lease = leaseOf(row)
    return isInForce(lease, now, leaseMillis) && lease.holder !== holder && !isGone(lease.holder)
  }

  const endGone = Effect.gen(function* () {
    const holders = yield* sql<{ readonly holder: string }>`
      SELECT DISTINCT lease_holder AS holder FROM jobs WHERE lease_holder IS NOT NULL`
    const gone = holders.map((it) => it.holder).filter(isGone)
    if (gone.length === 0) return
    yield* sql`
      UPDATE jobs SET ${sql.update(notHeld(yield* Clock.currentTimeMillis))} WHERE ${sql.in("lease_holder", gone)}`
  })

  const renew = Effect.gen(function* () {
    const { submit } = (yield* settings.current).settings.nanobanana.attemptTimeout
    leaseMillis = Math.max(shortestLeaseMillis, Duration.toMillis(submit) + leaseMarginMillis)
    yield* sql`
      UPDATE jobs SET ${sql.update(held(yield* Clock.currentTimeMillis))} WHERE lease_holder = ${holder}`
  })

  const keepUp = Effect.andThen(renew, endGone)
  yield* keepUp
  // A round that fails is made up for by the next one, long before a lease ends.
  const round = Effect.suspend(() =>
    Effect.delay(Effect.ignore(keepUp, { log: "Warn" }), Duration.millis(leaseMillis / 3))
  )
  yield* Effect.forkScoped(Effect.forever(round))
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* sql`UPDATE jobs SET ${sql.update(notHeld(now))} WHERE lease_holder = ${holder}`
    }).pipe(Effect.ignore({ log: "Warn" }))
  )

  const rowsDue = (rank: number, limit: number, now: number) => sql<JobRow>`
    UPDATE jobs SET ${sql.update(held(now))} WHERE id IN (
      SELECT id FROM jobs
      WHERE state IN ('Queued', 'Submitting', 'Submitted', 'Running') AND priority = ${rank} AND due_at <= ${now}
      ORDER BY due_at LIMIT ${limit}
    ) RETURNING *`

  return {
    held,
    keep: (row, dueAt, now) => {
      if (row.lease_holder === holder) return held(now)
      const { lease_holder, lease_until } = row
      return isElsewhere(row, now) ? { lease_holder, lease_until, due_at: lease_until } : notHeld(dueAt)
    },
    isOwn: (row) => row.lease_holder === holder,
    isElsewhere,
    take: (row, now) =>
      row.lease_holder === holder && row.lease_until > now + leaseMillis / 2
        ? Effect.void
        : Effect.asVoid(sql`UPDATE jobs SET ${sql.update(held(now))} WHERE id = ${row.id}`),
    takeDue: Effect.fnUntraced(function* (limit, now) {
      const taken: Array<JobRow> = []
      for (const rank of [0, 1, 2]) {
        if (taken.length < limit) taken.push(...(yield* rowsDue(rank, limit - taken.length, now)))
      }
      return taken
    }),
    giveBack: (id, dueAt) =>
      Effect.asVoid(sql`UPDATE jobs SET ${sql.update(notHeld(dueAt))} WHERE id = ${id} AND lease_holder = ${holder}`)
  }
})
