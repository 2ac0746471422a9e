/**
 * Builds `ManualRetries`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { DeadLetter, LetterRequest } from "../../schemas/DeadLetter.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import { IdempotencyKey } from "../../schemas/Identifiers.ts"
import type { Job } from "../../schemas/Job.ts"
import { noCost } from "../../schemas/Money.ts"
import type { CallPreview } from "../../schemas/Preview.ts"
import type { LetterNotFound } from "../../schemas/LetterReason.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { enhanceDefaults } from "../enhancement/Enhance.ts"
import { PromptEnhancer } from "../enhancement/PromptEnhancer.ts"
import { Illustrator } from "../illustration/Illustrator.ts"
import { illustrateDefaults } from "../illustration/MakeIllustrator.ts"
import { generateDefaults } from "../image/GenerateDefaults.ts"
import { ImageGenerator } from "../image/ImageGenerator.ts"
import { freesItsKey, JobLedger } from "../job/JobLedger.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { describeCall, factsOfEnhancement, factsOfIllustration, factsOfImage } from "../pipeline/CallDescription.ts"
import { withCallUnder } from "../pipeline/WithCall.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { emit } from "../telemetry/Emit.ts"
import { CallStatistics } from "../telemetry/CallStatistics.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { letterFailureOf } from "./KeepFailed.ts"
import type { ManualRetries, ManualRetryOptions, RetryQuote, RetryResult } from "./ManualRetries.ts"
import { obstacleOf, priceOf, retryRefusal } from "./RetryRule.ts"

type Dependencies =
  | DeadLetters
  | PromptEnhancer
  | ImageGenerator
  | Illustrator
  | JobLedger
  | LiveSettings
  | CallStatistics

const defaultsOf = {
  Enhancement: enhanceDefaults,
  Image: generateDefaults,
  Illustration: illustrateDefaults
} as const

/** The service. */
export const make: Effect.Effect<ManualRetries["Service"], never, Dependencies> = Effect.gen(function* () {
  const letters = yield* DeadLetters
  const jobs = yield* JobLedger
  const enhancer = yield* PromptEnhancer
  const generator = yield* ImageGenerator
  const illustrator = yield* Illustrator
  const settings = yield* LiveSettings
  const { manualRetries } = yield* CallStatistics

  const orRejected =
    (call: Call) =>
    <A>(effect: Effect.Effect<A, typeof LetterNotFound.Type | typeof StorageFailed.Type>) =>
      Effect.mapError(effect, (reason) => reject(reason, call.callId))

  /** The job of the failed call as it stands now; `undefined` where there was none, or nobody knows it any more. */
  const jobOf = ({ failure, owner }: DeadLetter, call: Call): Effect.Effect<Job | undefined, CallFailure> =>
    failure.jobId === undefined
      ? Effect.undefined
      : jobs.get(failure.jobId, owner).pipe(
          Effect.catchTag("JobNotFound", () => Effect.undefined),
          Effect.mapError((reason) => reject(reason, call.callId))
        )

  const quoteOf = Effect.fnUntraced(function* (
    letter: DeadLetter,
    job: Job | undefined,
    word: ManualRetryOptions
  ): Effect.fn.Return<RetryQuote, CallFailure> {
    const obstacle = obstacleOf(letter, job?.state, word)
    const { request } = letter
    const prompt = word.prompt ?? request?.request.prompt
    if (request === undefined || prompt === undefined) {
      return obstacle === undefined ? { letter } : { letter, refusal: obstacle }
    }
    const options = { ...letter.options, idempotencyKey: retryKeyOf(letter, job, word) }
    const price = priceOf(yield* lookAt(request, prompt, options))
    const refusal = retryRefusal(letter, job?.state, word, price)
    return refusal === undefined ? { letter, price } : { letter, price, refusal }
  })

  /** What the retry would cost now; nothing is sent. */
  const lookAt = (
    request: LetterRequest,
    prompt: string,
    options: CallOptions
  ): Effect.Effect<ReadonlyArray<CallPreview>, CallFailure> => {
    switch (request._tag) {
      case "Enhancement": {
        const { idempotencyKey: _, ...own } = options
        return Effect.map(enhancer.preview({ ...request.request, prompt }, own), (it) => [it])
      }
      case "Image":
        return Effect.map(generator.preview({ ...request.request, prompt }, options), (it) => [it])
      case "Illustration":
        return Effect.map(illustrator.preview({ ...request.request, prompt }, options), ({ enhancement, image }) =>
          enhancement === null ? [image] : [enhancement, image]
        )
    }
  }

  const run = (
    request: LetterRequest,
    prompt: string,
    options: CallOptions,
    letter: DeadLetter
  ): Effect.Effect<RetryResult, CallFailure> => {
    switch (request._tag) {
      case "Enhancement": {
        const { idempotencyKey: _, ...own } = options
        const { maximumCharacters } = request
        return Effect.map(
          enhancer.enhance(
            { ...request.request, prompt },
            maximumCharacters === undefined ? own : { ...own, maximumCharacters }
          ),
          (result): RetryResult => ({ _tag: "Enhancement", letter, result })
        )
      }
      case "Image":
        return Effect.map(generator.generate({ ...request.request, prompt }, options), (result): RetryResult => ({
          _tag: "Image",
          letter,
          result
        }))
      case "Illustration":
        return Effect.map(illustrator.illustrate({ ...request.request, prompt }, options), (result): RetryResult => ({
          _tag: "Illustration",
          letter,
          result
        }))
    }
  }

  const retryInCall = Effect.fnUntraced(function* (
    letter: DeadLetter,
    word: ManualRetryOptions,
    call: Call
  ): Effect.fn.Return<RetryResult, CallFailure> {
    const job = yield* jobOf(letter, call)
    const { refusal } = yield* quoteOf(letter, job, word)
    if (refusal !== undefined) return yield* reject(refusal, call.callId)
    const { request } = letter
    const prompt = word.prompt ?? request?.request.prompt
    if (request === undefined || prompt === undefined) {
      return yield* reject({ _tag: "RetryRefused", problem: "RequestMissing" }, call.callId)
    }
    manualRetries.begun += 1
    const { callId, owner } = call
    const at = yield* Clock.currentTimeMillis
    yield* emit({ _tag: "RetriedByHand", callId, owner, at, letterId: letter.id, retryOf: letter.callId })
    const end = <A>(effect: Effect.Effect<A, typeof LetterNotFound.Type | typeof StorageFailed.Type>) =>
      Effect.catch(effect, (reason) =>
        Effect.as(
          Effect.annotateLogs(Effect.logError("what a retry came to could not be written down"), {
            letterId: letter.id,
            reason: reason._tag
          }),
          undefined
        )
      )
    return yield* run(
      request,
      prompt,
      { ...letter.options, idempotencyKey: retryKeyOf(letter, job, word) },
      letter
    ).pipe(
      Effect.tapError((failure) => {
        manualRetries.givenUp += 1
        return Effect.flatMap(Clock.currentTimeMillis, (at) =>
          end(
            letters.record(letter.id, letter.owner, {
              _tag: "FailedAgain",
              retry: { callId: call.callId, at, reason: failure.reason._tag },
              failure: letterFailureOf(failure),
              history: call.history.attempts,
              cost: failure._tag === "ApiError" ? (failure.cost ?? noCost) : noCost
            })
          )
        )
      }),
      Effect.flatMap((result) => {
        manualRetries.rescued += 1
        const jobId = jobIdOf(result)
        return Effect.flatMap(Clock.currentTimeMillis, (at) =>
          Effect.map(
            end(
              letters.record(letter.id, letter.owner, {
                _tag: "Rescued",
                state: { _tag: "Rescued", callId: call.callId, at, ...(jobId === undefined ? {} : { jobId }) }
              })
            ),
            (after): RetryResult => ({ ...result, letter: after ?? letter })
          )
        )
      })
    )
  })

  const optionsOf = ({ owner }: ManualRetryOptions): CallOptions => (owner === undefined ? {} : { owner })

  return {
    quote: (id, word = {}) =>
      withCallUnder(settings, optionsOf(word), enhanceDefaults, (call) =>
        Effect.flatMap(orRejected(call)(letters.get(id, call.owner)), (letter) =>
          Effect.flatMap(jobOf(letter, call), (job) => quoteOf(letter, job, word))
        )
      ),
    retry: (id, word = {}) =>
      // The letter says which call it is, and so which deadline it has.
      withCallUnder(settings, optionsOf(word), enhanceDefaults, (asking) =>
        orRejected(asking)(letters.get(id, asking.owner))
      ).pipe(
        Effect.flatMap((letter) =>
          withCallUnder(
            settings,
            retryOptionsOf(letter),
            defaultsOf[letter.kind],
            (call) => retryInCall(letter, word, call),
            described
          )
        )
      )
  }
})

const described = describeCall<RetryResult>("retry", (retried) => {
  switch (retried._tag) {
    case "Enhancement":
      return factsOfEnhancement(retried.result)
    case "Image":
      return factsOfImage(retried.result)
    case "Illustration":
      return factsOfIllustration(retried.result)
  }
})

const retryOptionsOf = ({ options, owner }: DeadLetter): CallOptions => {
  const { idempotencyKey: _, ...rest } = options
  return { ...rest, owner }
}

/**
 * The caller's own key, where the failed job has left it free: who asks again under it shall find what the retry has made.
 * Else one of the letter's: a retry is one purchase, however often it is begun, until it is written down that it failed.
 */
const retryKeyOf = (
  { callId, failure, id, options, retries }: DeadLetter,
  job: Job | undefined,
  { prompt }: ManualRetryOptions
): IdempotencyKey => {
  const own = options.idempotencyKey
  const isFree = job === undefined ? failure.jobId === undefined : freesItsKey(job)
  if (own !== undefined && isFree && prompt === undefined) return own
  return IdempotencyKey.make(`${id} after ${retries.at(-1)?.callId ?? callId}`)
}

const jobIdOf = (result: RetryResult) => {
  switch (result._tag) {
    case "Enhancement":
      return undefined
    case "Image":
      return result.result.jobId
    case "Illustration":
      return result.result.generated.jobId
  }
}
