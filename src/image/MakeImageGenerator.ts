/**
 * Builds `ImageGenerator` from its parts: `EnterJob`, `JobDriver`, `AwaitJob`, `CancelJob`, `DownloadAlone`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { ImageRequest } from "../../schemas/Image.ts"
import type { Settings } from "../../schemas/Settings.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { Prices } from "../money/Prices.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { type CallDefaults, withCall } from "../pipeline/WithCall.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { makeJobWaiting } from "./AwaitJob.ts"
import { cancelJob } from "./CancelJob.ts"
import { downloadAlone } from "./DownloadAlone.ts"
import { enterJob, planImage } from "./EnterJob.ts"
import { makeImageDownload } from "./ImageDownload.ts"
import type { ImageGenerator } from "./ImageGenerator.ts"
import { ImageStore } from "./ImageStore.ts"
import { makeJobDriver } from "./JobDriver.ts"
import { getJob } from "./LookUpJob.ts"
import { makePaidExchanges } from "./PaidExchanges.ts"
import { watchJob } from "./WatchJob.ts"

type Dependencies = Pipeline | NanoBanana | JobLedger | Prices | LiveSettings | Transport | ImageStore

/** One attempt and its retries at the provider, and as many at the second one where there is one. */
export const generateDefaults = ({ nanobanana }: Settings): CallDefaults => {
  const attempts = (nanobanana.retryLimits.submit ?? nanobanana.retryLimit) + 1
  return {
    deadline: nanobanana.timeout,
    attemptLimit: nanobanana.fallback.protocol === undefined ? attempts : attempts * 2
  }
}

/** The service. Its jobs run in the scope it is made in, and end with it. */
export const make: Effect.Effect<ImageGenerator["Service"], never, Dependencies | Scope.Scope> = Effect.gen(
  function* () {
    const context = Context.pick(
      Pipeline,
      NanoBanana,
      JobLedger,
      Prices,
      LiveSettings,
      Transport,
      ImageStore
    )(yield* Effect.context<Dependencies>())
    const download = yield* makeImageDownload
    const driver = yield* makeJobDriver(yield* makePaidExchanges, download)
    const waiting = makeJobWaiting(driver, yield* Effect.scope)

    /** Once its row is written a job is driven: no interruption comes between, and leaves a row that nobody sends. */
    const start = (request: ImageRequest, options: CallOptions, call: Call) =>
      Effect.uninterruptible(
        Effect.gen(function* () {
          const job = yield* enterJob(request, options.idempotencyKey, call)
          return { job, drive: job.state._tag === "Queued" ? yield* driver.drive(job, call) : undefined }
        })
      )

    const inCall = <A, E>(options: CallOptions, body: (call: Call) => Effect.Effect<A, E, Dependencies>) =>
      Effect.provideContext(withCall(options, generateDefaults, body), context)

    return {
      plan: (request, options = {}) =>
        inCall(options, (call) => Effect.map(planImage(request, call), ({ plan }) => plan)),
      generate: (request, options = {}) =>
        inCall(options, (call) =>
          Effect.flatMap(start(request, options, call), ({ drive, job }) => waiting.await(job.id, call, drive))
        ),
      submit: (request, options = {}) =>
        inCall(options, (call) => Effect.map(start(request, options, call), ({ job }) => job)),
      await: (jobId, options = {}) => inCall(options, (call) => waiting.await(jobId, call)),
      status: (jobId, options = {}) => inCall(options, (call) => getJob(jobId, call)),
      watch: (jobId, options = {}) =>
        Stream.unwrap(inCall(options, (call) => Effect.succeed(watchJob(jobId, call)))).pipe(
          Stream.provideContext(context)
        ),
      cancel: (jobId, options = {}) => inCall(options, (call) => cancelJob(jobId, call)),
      resume: (jobId, options = {}) => inCall(options, (call) => waiting.resume(jobId, call)),
      download: (imageUrl, target = {}, options = {}) =>
        inCall(options, (call) => downloadAlone(imageUrl, target, call, download))
    }
  }
)
