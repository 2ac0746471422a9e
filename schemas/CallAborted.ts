/**
 * What a promise of the library is rejected with when its caller, or the end of the program, stopped it.
 */

/** Why a call was stopped: the caller's `AbortSignal`, or the runtime that was disposed. */
export type AbortedBy = "Signal" | "ShuttingDown"

/**
 * A call that was stopped while it ran. It is what JavaScript takes for an abort: `name` is `"AbortError"`, `code` is
 * `"ABORT_ERR"`, `cause` the reason of the signal.
 *
 * **When to use** With a `jobId` there is a job, which may be paid for already, and lives on: `jobs.await(jobId)` takes it
 * up without paying twice. Without one nothing was bought.
 */
export class CallAborted extends Error {
  override readonly name = "AbortError"
  readonly _tag = "CallAborted"
  readonly code = "ABORT_ERR"
  readonly by: AbortedBy
  readonly jobId: string | undefined

  constructor(by: AbortedBy, jobId: string | undefined, cause?: unknown) {
    const why = by === "Signal" ? "the call was aborted" : "the call was ended: the program is shutting down"
    super(jobId === undefined ? why : `${why}; job ${jobId} lives on, sending it again may pay twice`, { cause })
    this.by = by
    this.jobId = jobId
  }

  /** Whether sending the same again is safe: not where a job lives on. */
  get isRetryable(): boolean {
    return this.jobId === undefined
  }

  /** The facts and the message; the signal's reason stays out. */
  toJSON(): object {
    const { _tag, by, isRetryable, jobId, message } = this
    return { _tag, by, isRetryable, ...(jobId === undefined ? {} : { jobId }), message }
  }
}
