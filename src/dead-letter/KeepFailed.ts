/**
 * Keeps what a call asked for when it fails. A call nested in another keeps nothing: the outer one answers for it.
 *
 * The caller hears of his failure as soon as the letter is kept, and at the latest after `longestKeepMillis`: a store that
 * is slow holds nobody up, and the writing goes on. A store that fails changes nothing of the failure, and is logged.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { LetterFailure, LetterOptions, LetterRequest } from "../../schemas/DeadLetter.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Job } from "../../schemas/Job.ts"
import { noCost } from "../../schemas/Money.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { isKept } from "./KeptFailures.ts"

/** How long a caller waits for his letter to be kept. **Units** milliseconds. */
const longestKeepMillis = 1_000

/** Runs a call so that what it asked for is kept if it fails. */
export interface KeepFailed {
  readonly call: <A, R>(
    call: Call,
    options: CallOptions,
    request: () => LetterRequest,
    effect: Effect.Effect<A, CallFailure, R>
  ) => Effect.Effect<A, CallFailure, R>
  /** The same for a call that waits for the job of an earlier one: kept is the earlier one, if its job is over. */
  readonly job: <A, R>(
    call: Call,
    job: Effect.Effect<Job, unknown>,
    effect: Effect.Effect<A, CallFailure, R>
  ) => Effect.Effect<A, CallFailure, R>
}

/** Makes it; letters that are being written are finished before the scope closes. */
export const makeKeepFailed: Effect.Effect<KeepFailed, never, DeadLetters | Scope.Scope> = Effect.gen(function* () {
  const letters = yield* DeadLetters
  const scope = yield* Scope.Scope

  const letterOf = (call: Call, failure: CallFailure, at: number) => ({
    callId: call.callId,
    owner: call.owner,
    failedAt: at,
    failure: letterFailureOf(failure),
    history: call.history.attempts,
    cost: failure._tag === "ApiError" ? (failure.cost ?? noCost) : noCost
  })

  const keepCall = (call: Call, options: CallOptions, request: LetterRequest, failure: CallFailure) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      letters.keep({ ...letterOf(call, failure, at), options: letterOptionsOf(options), request })
    )

  const keepJob = Effect.fnUntraced(function* (call: Call, { callId, id, ...job }: Job, failure: CallFailure) {
    if (!isOver(job.state)) return
    const letter = letterOf(call, failure, yield* Clock.currentTimeMillis)
    const { idempotencyKey, plan, request, wishes } = job
    yield* letters.keep({
      ...letter,
      callId,
      failure: { ...letter.failure, jobId: id },
      options: { ...wishes, fit: plan.fit, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) },
      request: { _tag: "Image", request }
    })
  })

  /** Keeps in a fiber of its own, which outlives whoever waits for it. */
  const inTime = (keeping: Effect.Effect<void, unknown>) =>
    keeping.pipe(
      Effect.catchCause((cause) => Effect.logError("a failed call could not be kept", cause)),
      Effect.uninterruptible,
      Effect.forkIn(scope, { startImmediately: true }),
      Effect.flatMap((fiber) => Effect.timeoutOption(Fiber.await(fiber), longestKeepMillis))
    )

  const onFailure = <A, R>(
    call: Call,
    effect: Effect.Effect<A, CallFailure, R>,
    keep: (failure: CallFailure) => Effect.Effect<void, unknown>
  ): Effect.Effect<A, CallFailure, R> =>
    call.isNested
      ? effect
      : Effect.tapError(effect, (failure) => (isKept(failure) ? inTime(keep(failure)) : Effect.void))

  return {
    call: (call, options, request, effect) =>
      onFailure(call, effect, (failure) => keepCall(call, options, request(), failure)),
    job: (call, job, effect) =>
      onFailure(call, effect, (failure) => Effect.flatMap(job, (it) => keepJob(call, it, failure)))
  }
})

/** The job has come to nothing, or nobody knows: what is still on its way is no failure yet. */
const isOver = ({ _tag }: Job["state"]): boolean => _tag === "Failed" || _tag === "Expired" || _tag === "OutcomeUnknown"

/** A failure as a letter keeps it: facts alone. */
export const letterFailureOf = (failure: CallFailure): LetterFailure => {
  const { isRetryable, jobId, outcome, reason } = failure
  const own = { reason, outcome, isRetryable, ...(jobId === undefined ? {} : { jobId }) }
  if (failure._tag === "Rejection") return { family: "Rejection", attempts: 0, ...own }
  const { attempts, operation, provider, providerJobId, providerRequestId, stoppedBy } = failure
  return {
    family: "ApiError",
    provider,
    operation,
    attempts,
    ...own,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    ...(providerJobId === undefined ? {} : { providerJobId }),
    ...(providerRequestId === undefined ? {} : { providerRequestId })
  }
}

const letterOptionsOf = ({ deadline: _, owner: __, ...options }: CallOptions): LetterOptions => options
