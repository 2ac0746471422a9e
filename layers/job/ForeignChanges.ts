/**
 * Tells the watchers of this process what another one has done to the jobs they look at. While nobody looks on, nothing
 * is read; while nobody else writes, one counter is.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { JobWatchers } from "../../src/job/JobWatchers.ts"
import type { JobRow } from "./JobRow.ts"

/** How soon a change of another process is seen. */
const lookEvery = Duration.millis(250)

/** How many rows one statement asks for. */
const chunk = 500

/** Looks until it is interrupted. */
export const followForeignChanges = Effect.fnUntraced(function* (
  sql: SqlClient,
  watchers: JobWatchers,
  jobOf: (row: JobRow) => Effect.Effect<Job, typeof StorageFailed.Type>
): Effect.fn.Return<never, SqlError> {
  const writesOfOthers = sql.onDialectOrElse({
    sqlite: () =>
      Effect.map(
        sql<{ readonly data_version: number }>`PRAGMA data_version`,
        ([row]): number | undefined => row?.data_version
      ),
    orElse: () => Effect.succeed<number | undefined>(undefined)
  })

  const tellChanged = Effect.fnUntraced(function* (told: ReadonlyMap<string, number>) {
    const revisions = yield* sql<Pick<JobRow, "id" | "revision">>`
      SELECT id, revision FROM jobs WHERE ${sql.in("id", [...told.keys()])}`
    const changed = revisions.filter(({ id, revision }) => revision > (told.get(id) ?? 0)).map(({ id }) => id)
    if (changed.length === 0) return
    for (const row of yield* sql<JobRow>`SELECT * FROM jobs WHERE ${sql.in("id", changed)}`) {
      watchers.tell(yield* jobOf(row), row.revision)
    }
  })

  let seen: number | undefined
  for (;;) {
    yield* Effect.sleep(lookEvery)
    const watched: ReadonlyArray<readonly [JobId, number]> = watchers.revisions
    if (watched.length === 0) continue
    const now = yield* writesOfOthers
    if (now !== undefined && now === seen) continue
    seen = now
    for (let from = 0; from < watched.length; from += chunk) {
      yield* Effect.ignore(tellChanged(new Map(watched.slice(from, from + chunk))), { log: "Warn" })
    }
  }
})
