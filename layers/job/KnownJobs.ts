/**
 * The jobs that this ledger has written last and holds, as it wrote them. A step that only moves such a job on is one
 * conditional statement: it finds the row as it is known, or nothing, and then the row is read.
 */
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"

/** A job, and the revision of the row that holds it. */
export interface KnownJob {
  readonly job: Job
  readonly revision: number
}

/** How many are remembered; the oldest is forgotten first, and costs one reading more. */
const remembered = 1_000

/** The jobs. */
export class KnownJobs {
  readonly #jobs = new Map<JobId, KnownJob>()

  get(id: JobId): KnownJob | undefined {
    return this.#jobs.get(id)
  }

  set(known: KnownJob): void {
    const oldest = this.#jobs.size < remembered ? undefined : this.#jobs.keys().next().value
    if (oldest !== undefined) this.#jobs.delete(oldest)
    this.#jobs.set(known.job.id, known)
  }

  forget(id: JobId): void {
    this.#jobs.delete(id)
  }
}
