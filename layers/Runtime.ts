/**
 * The library for code that does not write Effect: promises, `AbortSignal`, plain options, plain results, plain errors.
 *
 * One runtime is one program: made once, kept for its life, disposed at its end. The layer is built at the first call.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { CallOptions } from "../schemas/CallOptions.ts"
import type { Enhancement, EnhancementRequest } from "../schemas/Enhancement.ts"
import type { JobId } from "../schemas/Identifiers.ts"
import type { Illustration, IllustrationRequest } from "../schemas/Illustration.ts"
import type { GeneratedImage, ImageRequest } from "../schemas/Image.ts"
import type { Job } from "../schemas/Job.ts"
import { plain, type Plain } from "../schemas/Plain.ts"
import { PromptEnhancer } from "../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../src/image/ImageGenerator.ts"
import type { JobLedger, JobPage } from "../src/job/JobLedger.ts"
import {
  type AbortOptions,
  callOptionsOf,
  inPromiseWords,
  type PromiseEnhancementOptions,
  type PromiseOptions
} from "./runtime/PromiseOptions.ts"
import { makePromiseRunner } from "./runtime/RunPromise.ts"

export type { AbortOptions, PromiseEnhancementOptions, PromiseOptions }

/** What a layer must give at least to become a runtime: `Live.layer`, `Mock.layer` and all the others do. */
export type RuntimeServices = PromptEnhancer | ImageGenerator | Illustrator | JobLedger

/** Jobs, by the id that `submit` has given. They live on when nobody waits for them. */
export interface RuntimeJobs {
  /** Makes the job and answers when its row is written, before anything is sent. */
  readonly submit: (request: ImageRequest, options?: PromiseOptions) => Promise<Plain<Job>>
  readonly status: (jobId: string, options?: PromiseOptions) => Promise<Plain<Job>>
  /** Waits for the picture. A signal ends the waiting, not the job. */
  readonly await: (jobId: string, options?: PromiseOptions) => Promise<Plain<GeneratedImage>>
  /** Takes an accepted job up again and waits for its picture. Pays nothing. */
  readonly resume: (jobId: string, options?: PromiseOptions) => Promise<Plain<GeneratedImage>>
  /** Cancels before sending, or asks the provider; answers the job as it then stands. */
  readonly cancel: (jobId: string, options?: PromiseOptions) => Promise<Plain<Job>>
  /** The jobs of the owner, the newest first. */
  readonly list: (page?: JobPage, options?: PromiseOptions) => Promise<ReadonlyArray<Plain<Job>>>
}

/**
 * The calls as promises.
 *
 * **Details** Results are JSON: durations are milliseconds, and their names say so (`elapsedMillis`). A signal stops what is
 * free, at once; a request that may be paid for already is not broken: it goes on and is recorded, and the `CallAborted`
 * says by its `jobId` where its picture will be.
 *
 * **Errors** Promises reject with an `Error` of a class of this package, never with a wrapper: `Rejection` (refused, nothing
 * was sent), `ApiError` (an attempt was made), `ConfigurationError` (the layer can not be built: every call rejects with
 * it), `CallAborted`. After `dispose` each call rejects with the `Rejection` of reason `ShuttingDown`. Each has `message`,
 * and a `toJSON` that holds no secret and no prompt.
 */
export interface Runtime<R = RuntimeServices> extends AsyncDisposable {
  readonly enhance: (request: EnhancementRequest, options?: PromiseEnhancementOptions) => Promise<Plain<Enhancement>>
  readonly generate: (request: ImageRequest, options?: PromiseOptions) => Promise<Plain<GeneratedImage>>
  readonly illustrate: (request: IllustrationRequest, options?: PromiseOptions) => Promise<Plain<Illustration>>
  readonly jobs: RuntimeJobs
  /** Any other service of the layer, for who does know Effect: it rejects with the effect's own failure. */
  readonly run: <A, E>(effect: Effect.Effect<A, E, R>, options?: AbortOptions) => Promise<A>
  /**
   * Ends the program: no call is taken any more, those under way are ended, paid requests in flight get their grace
   * (`submitGrace`) to be answered and recorded, then files and sockets close. Called again, it waits for the same end.
   */
  readonly dispose: () => Promise<void>
}

/**
 * Makes a runtime. Nothing is read, opened or sent before its first call; calls that come at the same time build one
 * program.
 *
 * ```ts
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 * import * as Runtime from "@ludeng/providers/layers/Runtime"
 *
 * await using providers = Runtime.make(Mock.layer)
 * const { generated, isSimulated } = await providers.illustrate({ prompt: "a red fox" }, { deadlineMillis: 60_000 })
 * generated.image.format // => "jpeg"
 * isSimulated // => true
 *
 * const error = await providers.enhance({ prompt: "" }).catch((thrown) => thrown)
 * error.reason.field // => "prompt"
 * ```
 */
export const make = <R, E>(layer: Layer.Layer<R | RuntimeServices, E>): Runtime<R | RuntimeServices> => {
  const managed = ManagedRuntime.make(layer)
  let isEnded = false
  const { run, runJob } = makePromiseRunner<R | RuntimeServices, E>(managed, () => isEnded)
  const dispose = (): Promise<void> => {
    isEnded = true
    return managed.dispose()
  }

  const call = <A, E2>(
    effect: Effect.Effect<A, E2, R | RuntimeServices>,
    options: PromiseOptions,
    jobId?: string
  ): Promise<Plain<A>> => runJob(plainly(effect), options, jobId as JobId | undefined)

  const about = <A, E2>(
    jobId: string,
    options: PromiseOptions,
    body: (it: ImageGenerator["Service"], id: JobId, options: CallOptions) => Effect.Effect<A, E2>
  ): Promise<Plain<A>> =>
    call(
      ImageGenerator.use((it) => body(it, jobId as JobId, callOptionsOf(options))),
      options,
      jobId
    )

  return {
    enhance: (request, options = {}) =>
      run(plainly(PromptEnhancer.use((it) => it.enhance(request, callOptionsOf(options)))), options),
    generate: (request, options = {}) =>
      call(
        ImageGenerator.use((it) => it.generate(request, callOptionsOf(options))),
        options
      ),
    illustrate: (request, options = {}) =>
      call(
        Illustrator.use((it) => it.illustrate(request, callOptionsOf(options))),
        options
      ),
    jobs: {
      submit: (request, options = {}) =>
        call(
          ImageGenerator.use((it) => it.submit(request, callOptionsOf(options))),
          options
        ),
      status: (jobId, options = {}) => about(jobId, options, (it, id, its) => it.status(id, its)),
      await: (jobId, options = {}) => about(jobId, options, (it, id, its) => it.await(id, its)),
      resume: (jobId, options = {}) => about(jobId, options, (it, id, its) => it.resume(id, its)),
      cancel: (jobId, options = {}) => about(jobId, options, (it, id, its) => it.cancel(id, its)),
      list: (page = {}, options = {}) =>
        call(
          ImageGenerator.use((it) => it.list(page, callOptionsOf(options))),
          options
        )
    },
    run: (effect, options = {}) => run(effect, options),
    dispose,
    [Symbol.asyncDispose]: dispose
  }
}

const plainly = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.mapError(Effect.map(effect, plain), inPromiseWords)
