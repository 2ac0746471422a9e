/**
 * Builds `Illustrator`: one call around an enhancement and a generation.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { type Enhancement, longestPrompt } from "../../schemas/Enhancement.ts"
import { ApiError, type CallFailure, type Rejection } from "../../schemas/Failures.ts"
import { type Illustration, IllustrationRequest } from "../../schemas/Illustration.ts"
import type { GeneratedImage, ImageRequest } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import { addCosts, type Cost, noCost } from "../../schemas/Money.ts"
import type { IllustrationPreview } from "../../schemas/Preview.ts"
import { imageProtocolOf, type Settings } from "../../schemas/Settings.ts"
import { enhanceDefaults } from "../enhancement/Enhance.ts"
import { acceptedForIllustration } from "../enhancement/EnhancementWish.ts"
import type { DeadLetters } from "../dead-letter/DeadLetters.ts"
import { makeKeepFailed } from "../dead-letter/KeepFailed.ts"
import { PromptEnhancer } from "../enhancement/PromptEnhancer.ts"
import { generateDefaults } from "../image/GenerateDefaults.ts"
import { ImageGenerator } from "../image/ImageGenerator.ts"
import { requestHashOf } from "../image/PlanImage.ts"
import { sanitizeInput } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { Prices } from "../money/Prices.ts"
import { describeCall, factsOfIllustration } from "../pipeline/CallDescription.ts"
import { type Call, CurrentCall } from "../pipeline/CurrentCall.ts"
import { reject } from "../pipeline/Reject.ts"
import { type CallDefaults, withCall } from "../pipeline/WithCall.ts"
import { monotonicMillis } from "../policy/deadline/Deadline.ts"
import { shedRetryAfter } from "../policy/degraded-mode/DecideModes.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { earlierEnhancement, earlierJob } from "./EarlierJob.ts"
import type { Illustrator, SubmittedIllustration } from "./Illustrator.ts"
import { illustrationPreview } from "./IllustrationPreview.ts"

/** What a style may add to the prompt's text where the protocol has no field for it. **Units** characters. */
const styleAllowance = 250

/** Both parts together. */
export const illustrateDefaults = (settings: Settings): CallDefaults => {
  const enhance = enhanceDefaults(settings)
  const generate = generateDefaults(settings)
  return {
    deadline: Duration.sum(enhance.deadline, generate.deadline),
    attemptLimit: enhance.attemptLimit + generate.attemptLimit
  }
}

/** A refusal of the image request, by the names that the fields have in an illustration. */
const ofIllustration = (failure: CallFailure): CallFailure =>
  failure._tag === "Rejection" && failure.reason._tag === "InputRejected"
    ? reject(
        {
          ...inIllustration(failure.reason),
          ...(failure.reason.others === undefined ? {} : { others: failure.reason.others.map(inIllustration) })
        },
        failure.callId
      )
    : failure

const inIllustration = <A extends { readonly field: string }>(problem: A): A => ({
  ...problem,
  field: problem.field.replace(/^parameters\b/, "image")
})

/** A failure after the enhancement was paid for says so. */
const withSpent = (failure: CallFailure, spent: Cost): CallFailure =>
  failure._tag === "ApiError" && spent.usdMicros !== 0
    ? new ApiError({ ...failure, cost: addCosts(spent, failure.cost ?? noCost) })
    : failure

/** The enhancement that the picture was made from: another call's, where an equal one at the same time came first. */
const usedEnhancement = Effect.fnUntraced(function* (own: Enhancement | null, generated: GeneratedImage, call: Call) {
  if (own === null) return null
  const job = yield* Effect.option((yield* JobLedger).get(generated.jobId, call.owner))
  // The picture is paid for and stored: a ledger that fails now costs only the better word on its prompt.
  if (Option.isNone(job)) return own
  const used =
    job.value.enhanced === undefined || job.value.enhanced.prompt === own.prompt
      ? null
      : yield* earlierEnhancement(job.value, call)
  return used === null ? own : { ...used, cost: own.cost, attempts: own.attempts }
})

/** A request that is in order, and the job that its key names. */
interface Begun {
  readonly wish: IllustrationRequest
  readonly requestHash: string
  readonly earlier: Job | undefined
  readonly image: Pick<ImageRequest, "parameters">
}

/** The service. */
export const make: Effect.Effect<
  Illustrator["Service"],
  never,
  | PromptEnhancer
  | ImageGenerator
  | JobLedger
  | NanoBanana
  | Prices
  | LiveSettings
  | Transport
  | DegradedModes
  | DeadLetters
  | Scope.Scope
> = Effect.gen(function* () {
  const enhancer = yield* PromptEnhancer
  const generator = yield* ImageGenerator
  const nanoBanana = yield* NanoBanana
  const liveSettings = yield* LiveSettings
  const transport = yield* Transport
  const jobLedger = yield* JobLedger
  const modes = yield* DegradedModes
  const prices = yield* Prices
  const keepFailed = yield* makeKeepFailed

  /** What stands in where DeepSeek can not be had, up to the raw prompt, is found by the enhancer. */
  const enhancementOf = (request: IllustrationRequest, call: Call) => {
    const { facts } = nanoBanana.protocol(imageProtocolOf(call.settings.settings.nanobanana))
    return [
      {
        prompt: request.prompt,
        ...(request.mode === undefined ? {} : { mode: request.mode }),
        ...(request.enhancement === undefined ? {} : { parameters: request.enhancement })
      },
      {
        maximumCharacters: Math.min(longestPrompt, facts.maximumPromptCharacters - styleAllowance),
        ...(call.accept === undefined ? { accept: acceptedForIllustration } : {})
      }
    ] as const
  }

  /** Checks the request, and looks its key up. */
  const begin = Effect.fnUntraced(function* (
    request: IllustrationRequest,
    options: CallOptions,
    call: Call
  ): Effect.fn.Return<Begun, Rejection, JobLedger> {
    const checked = validateInput(IllustrationRequest, sanitizeInput(request))
    if (Result.isFailure(checked)) return yield* reject(checked.failure, call.callId)
    const wish = checked.success
    const requestHash = requestHashOf(wish, imageProtocolOf(call.settings.settings.nanobanana))
    const earlier = yield* earlierJob(options.idempotencyKey, requestHash, call)
    if (earlier === undefined && call.priority === "low" && modes.isActive("LowPriorityShed"))
      return yield* reject({ _tag: "LoadShed" }, call.callId, { retryAfter: shedRetryAfter })
    return { wish, requestHash, earlier, image: wish.image === undefined ? {} : { parameters: wish.image } }
  })

  const keyOf = ({ idempotencyKey }: CallOptions) => (idempotencyKey === undefined ? {} : { idempotencyKey })

  const preview = Effect.fnUntraced(function* (
    request: IllustrationRequest,
    options: CallOptions,
    call: Call
  ): Effect.fn.Return<IllustrationPreview, CallFailure, JobLedger> {
    const { earlier, image: parameters, requestHash, wish } = yield* begin(request, options, call)
    const image = yield* generator
      .preview({ prompt: wish.prompt, ...parameters }, keyOf(options))
      .pipe(Effect.mapError(ofIllustration), Effect.provideService(CurrentCall, { ...call, origin: { requestHash } }))
    const leaving = image.bound.usdMicros ?? 0
    const enhancement =
      earlier !== undefined || wish.enhance === false
        ? null
        : yield* Effect.provideService(enhancer.preview(...enhancementOf(wish, call)), CurrentCall, {
            ...call,
            leaving
          })
    return illustrationPreview(enhancement, image)
  })

  /** The price of the picture, once nothing would refuse it now. **Units** micro-dollars. */
  const priceOf = Effect.fnUntraced(function* (request: ImageRequest, requestHash: string, call: Call) {
    const { settings } = call.settings
    const plan = yield* generator
      .plan(request)
      .pipe(Effect.mapError(ofIllustration), Effect.provideService(CurrentCall, { ...call, origin: { requestHash } }))
    return prices.of(settings).image(plan, settings.nanobanana, yield* Clock.currentTimeMillis).usdMicros ?? 0
  })

  /** A request that is in order, and the prompt to be illustrated: everything before the picture. */
  const enhance = Effect.fnUntraced(function* (
    request: IllustrationRequest,
    options: CallOptions,
    call: Call
  ): Effect.fn.Return<Begun & { readonly enhanced: Enhancement | null }, CallFailure, JobLedger> {
    const begun = yield* begin(request, options, call)
    const { earlier, image, requestHash, wish } = begun
    // Whatever would refuse the picture refuses the whole before the enhancement is paid for, and what the picture costs
    // is left for it.
    const leaving = earlier === undefined ? yield* priceOf({ prompt: wish.prompt, ...image }, requestHash, call) : 0
    const enhanced =
      earlier !== undefined
        ? yield* earlierEnhancement(earlier, call)
        : wish.enhance === false
          ? null
          : yield* Effect.provideService(enhancer.enhance(...enhancementOf(wish, call)), CurrentCall, {
              ...call,
              leaving
            })
    return { ...begun, enhanced }
  })

  /** The picture of what was enhanced, by `generate` or `submit`. */
  const picture = <A>(
    { enhanced, image, requestHash, wish }: Effect.Success<ReturnType<typeof enhance>>,
    options: CallOptions,
    call: Call,
    make: (request: ImageRequest, options: CallOptions) => Effect.Effect<A, CallFailure>
  ) =>
    make({ prompt: enhanced?.prompt ?? wish.prompt, ...image }, keyOf(options)).pipe(
      Effect.mapError((failure) => withSpent(ofIllustration(failure), enhanced?.cost ?? noCost)),
      Effect.provideService(CurrentCall, {
        ...call,
        origin: { requestHash, ...(enhanced === null ? {} : { enhanced }) }
      })
    )

  const illustrate = Effect.fnUntraced(function* (
    request: IllustrationRequest,
    options: CallOptions,
    call: Call
  ): Effect.fn.Return<Illustration, CallFailure, JobLedger> {
    const begun = yield* enhance(request, options, call)
    const { enhanced, wish } = begun
    const generated = yield* picture(begun, options, call, generator.generate)
    return {
      callId: call.callId,
      prompt: wish.prompt,
      enhanced: yield* usedEnhancement(enhanced, generated, call),
      generated,
      isSimulated: transport.isSimulated,
      cost: addCosts(enhanced?.cost ?? noCost, generated.cost),
      attempts: call.attempts.count,
      elapsed: Duration.millis((yield* monotonicMillis) - call.startedAt)
    }
  })

  const submit = Effect.fnUntraced(function* (
    request: IllustrationRequest,
    options: CallOptions,
    call: Call
  ): Effect.fn.Return<SubmittedIllustration, CallFailure, JobLedger> {
    const begun = yield* enhance(request, options, call)
    const { enhanced } = begun
    const job = yield* picture(begun, options, call, generator.submit)
    return { job, enhanced, cost: enhanced?.cost ?? noCost, attempts: enhanced?.attempts ?? 0 }
  })

  return {
    preview: (request, options = {}) =>
      withCall(options, illustrateDefaults, (call) => preview(request, options, call)).pipe(
        Effect.provideService(LiveSettings, liveSettings),
        Effect.provideService(JobLedger, jobLedger)
      ),
    illustrate: (request, options = {}) =>
      withCall(
        options,
        illustrateDefaults,
        (call) =>
          keepFailed.call(call, options, () => ({ _tag: "Illustration", request }), illustrate(request, options, call)),
        described.illustrate
      ).pipe(Effect.provideService(LiveSettings, liveSettings), Effect.provideService(JobLedger, jobLedger)),
    submit: (request, options = {}) =>
      withCall(
        options,
        illustrateDefaults,
        (call) =>
          keepFailed.call(call, options, () => ({ _tag: "Illustration", request }), submit(request, options, call)),
        described.submit
      ).pipe(Effect.provideService(LiveSettings, liveSettings), Effect.provideService(JobLedger, jobLedger))
  }
})

const described = {
  illustrate: describeCall("illustrate", factsOfIllustration),
  submit: describeCall<SubmittedIllustration>("submit", ({ attempts, cost, job }) => ({
    attempts,
    cost,
    jobId: job.id
  }))
}
