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
import { noCost } from "../../schemas/Money.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { isKept } from "./KeptFailures.ts"

/** How long a caller waits for his letter to be kept. **Units** milliseconds. */
const longestKeepMillis = 1_000

/** Runs a call so that it is kept if it fails. */
export type KeepFailed = <A, R>(
  call: Call,
  options: CallOptions,
  request: () => LetterRequest,
  effect: Effect.Effect<A, CallFailure, R>
) => Effect.Effect<A, CallFailure, R>

/** Makes it; letters that are being written are finished before the scope closes. */
export const makeKeepFailed: Effect.Effect<KeepFailed, never, DeadLetters | Scope.Scope> = Effect.gen(function* () {
  const letters = yield* DeadLetters
  const scope = yield* Scope.Scope

  const keep = (call: Call, options: CallOptions, request: LetterRequest, failure: CallFailure) =>
    Effect.gen(function* () {
      const failedAt = yield* Clock.currentTimeMillis
      yield* letters.keep({
        callId: call.callId,
        owner: call.owner,
        failedAt,
        failure: letterFailureOf(failure),
        history: call.history.attempts,
        cost: failure._tag === "ApiError" ? (failure.cost ?? noCost) : noCost,
        options: letterOptionsOf(options),
        request
      })
    }).pipe(
      Effect.catchCause((cause) => Effect.logError("a failed call could not be kept", cause)),
      Effect.uninterruptible,
      Effect.forkIn(scope, { startImmediately: true }),
      Effect.flatMap((fiber) => Effect.timeoutOption(Fiber.await(fiber), longestKeepMillis))
    )

  return (call, options, request, effect) =>
    call.isNested
      ? effect
      : Effect.tapError(effect, (failure) => (isKept(failure) ? keep(call, options, request(), failure) : Effect.void))
})

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
