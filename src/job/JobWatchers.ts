/**
 * Those who look on at jobs, each with a queue of its own. Every write of a job has a revision that counts up; one that
 * has been told already, or is older, is not told again.
 */
import * as Queue from "effect/Queue"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"

interface Watched {
  readonly queues: Set<Queue.Enqueue<Job>>
  revision: number
}

/** The watchers by job. */
export class JobWatchers {
  readonly #watched = new Map<JobId, Watched>()

  /** The jobs that are watched, with the revision that was last told. */
  get revisions(): ReadonlyArray<readonly [JobId, number]> {
    return Array.from(this.#watched, ([id, { revision }]) => [id, revision] as const)
  }

  /** Begins with the job as it stands; gives how to stop. */
  add(job: Job, revision: number, queue: Queue.Enqueue<Job>): () => void {
    const watched = this.#watched.get(job.id) ?? { queues: new Set(), revision }
    this.#watched.set(job.id, watched)
    this.tell(job, revision)
    watched.queues.add(queue)
    Queue.offerUnsafe(queue, job)
    return () => {
      watched.queues.delete(queue)
      if (watched.queues.size === 0 && this.#watched.get(job.id) === watched) this.#watched.delete(job.id)
    }
  }

  /** Tells a change. */
  tell(job: Job, revision: number): void {
    const watched = this.#watched.get(job.id)
    if (watched === undefined || watched.revision >= revision) return
    watched.revision = revision
    for (const queue of watched.queues) Queue.offerUnsafe(queue, job)
  }
}
