/**
 * A job as a row: what is searched by stands in columns, what people wrote is sealed for this row alone, the rest is JSON.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Job, providerJobIdOf } from "../../schemas/Job.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { rankOf } from "../../src/policy/rate-limit/WaitingQueue.ts"
import type { Sealer } from "../../src/vault/Sealer.ts"

/** The columns that change with the job. **Units** instants in milliseconds since 1970. */
export interface JobColumns {
  readonly state: string
  readonly provider_job_id: string | null
  readonly updated_at: number
  readonly facts: string
}

/** The columns of a new row besides. */
export interface NewJobColumns extends JobColumns {
  readonly id: string
  readonly owner: string
  readonly idempotency_key: string | null
  readonly request_hash: string
  readonly priority: number
  readonly created_at: number
}

/** What is read of a row. */
export interface JobRow {
  readonly id: string
  readonly owner: string
  readonly facts: string
  readonly sealed: string
  readonly revision: number
  readonly lease_holder: string | null
  readonly lease_until: number
}

const { enhanced, plan, request, ...facts } = Job.fields
const encodeFacts = Schema.encodeSync(Schema.toCodecJson(Schema.Struct(facts)))
const encodeWritten = Schema.encodeSync(Schema.toCodecJson(Schema.Struct({ request, enhanced, plan })))
const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(Job))

const placeOf = (id: string): string => `job:${id}`

/** The columns of a job. */
export const columnsOf = (job: Job): JobColumns => ({
  state: job.state._tag,
  provider_job_id: providerJobIdOf(job.state) ?? null,
  updated_at: job.updatedAt,
  facts: JSON.stringify(encodeFacts(job))
})

/** The columns of a job that is entered. */
export const newColumnsOf = (job: Job): NewJobColumns => ({
  ...columnsOf(job),
  id: job.id,
  owner: job.owner,
  idempotency_key: job.idempotencyKey ?? null,
  request_hash: job.requestHash,
  priority: rankOf(job.wishes.priority ?? "normal"),
  created_at: job.createdAt
})

/** What people wrote in a job, sealed. */
export const sealJob = (job: Job, sealer: Sealer["Service"]): Effect.Effect<string> =>
  sealer.seal(JSON.stringify(encodeWritten(job)), placeOf(job.id))

/** The job of a row. **Errors** `StorageFailed` with `Corrupt`, which names the job. */
export const openJob = (
  row: Pick<JobRow, "id" | "facts" | "sealed">,
  sealer: Sealer["Service"]
): Effect.Effect<Job, typeof StorageFailed.Type> =>
  Effect.gen(function* () {
    const written = yield* sealer.open(row.sealed, placeOf(row.id))
    const parts = yield* Effect.try({
      try: () => ({ ...(JSON.parse(row.facts) as object), ...(JSON.parse(written) as object) }),
      catch: () => unreadable(row.id)
    })
    return yield* Effect.mapError(decode(parts), () => unreadable(row.id))
  })

const unreadable = (id: string): typeof StorageFailed.Type => ({
  _tag: "StorageFailed",
  problem: "Corrupt",
  detail: `reading job ${id}: its row is not what this program writes`
})
