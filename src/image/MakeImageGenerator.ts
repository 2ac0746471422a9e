/**
 * Builds `ImageGenerator` from its parts: `GenerateImage`, `StartJob`, `JobDriver`, `AwaitJob`, `CancelJob`,
 * `DownloadAlone`.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { Job } from "../../schemas/Job.ts"
import type { DeadLetters } from "../dead-letter/DeadLetters.ts"
import { makeKeepFailed } from "../dead-letter/KeepFailed.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { CostLedger } from "../money/CostLedger.ts"
import { Prices } from "../money/Prices.ts"
import { AdmissionControl } from "../pipeline/AdmissionControl.ts"
import { type CallDescription, describeCall, factsOfImage } from "../pipeline/CallDescription.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { withCall } from "../pipeline/WithCall.ts"
import { DegradedModes } from "../policy/degraded-mode/DegradedModes.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { Transport } from "../transport/Transport.ts"
import { KeyVault } from "../vault/KeyVault.ts"
import { makeJobWaiting } from "./AwaitJob.ts"
import { cancelJob } from "./CancelJob.ts"
import { downloadAlone } from "./DownloadAlone.ts"
import { generateDefaults } from "./GenerateDefaults.ts"
import { generateImage, planOnly } from "./GenerateImage.ts"
import { makeImageDownload } from "./ImageDownload.ts"
import type { ImageGenerator } from "./ImageGenerator.ts"
import { ImageStore } from "./ImageStore.ts"
import { makeJobDriver } from "./JobDriver.ts"
import { getJob, listJobs } from "./LookUpJob.ts"
import { makePaidExchanges } from "./PaidExchanges.ts"
import { planImage } from "./PlanImage.ts"
import { previewImage } from "./PreviewImage.ts"
import { resolveJob } from "./ResolveJob.ts"
import { startQueued } from "./StartJob.ts"
import { watchJob } from "./WatchJob.ts"

type Dependencies =
  | Pipeline
  | AdmissionControl
  | DegradedModes
  | NanoBanana
  | JobLedger
  | CostLedger
  | Prices
  | LiveSettings
  | Transport
  | ImageStore
  | KeyVault

/** The service. Its jobs run in the scope it is made in, and end with it. */
export const make: Effect.Effect<ImageGenerator["Service"], never, Dependencies | DeadLetters | Scope.Scope> =
  Effect.gen(function* () {
    const context = Context.pick(
      Pipeline,
      AdmissionControl,
      DegradedModes,
      NanoBanana,
      JobLedger,
      CostLedger,
      Prices,
      LiveSettings,
      Transport,
      ImageStore,
      KeyVault
    )(yield* Effect.context<Dependencies>())
    const download = yield* makeImageDownload
    const driver = yield* makeJobDriver(yield* makePaidExchanges, download)
    const waiting = makeJobWaiting(driver, yield* Effect.scope)
    const keepFailed = yield* makeKeepFailed
    const ledger = yield* JobLedger

    const inCall = <A, E>(
      options: CallOptions,
      body: (call: Call) => Effect.Effect<A, E, Dependencies>,
      description?: CallDescription<A>
    ) => Effect.provideContext(withCall(options, generateDefaults, body, description), context)

    // Registered last, so it is the first to hear of the end: nothing new begins while what is on its way is let out.
    let isEnding = false
    yield* Effect.addFinalizer(() => Effect.sync(() => void (isEnding = true)))
    const inNewCall = <A>(
      options: CallOptions,
      body: (call: Call) => Effect.Effect<A, CallFailure, Dependencies>,
      description: CallDescription<A>
    ) =>
      inCall(
        options,
        (call): Effect.Effect<A, CallFailure, Dependencies> =>
          isEnding ? Effect.fail(reject({ _tag: "ShuttingDown" }, call.callId)) : body(call),
        description
      )

    return {
      plan: (request, options = {}) => inCall(options, (call) => planOnly(request, call)),
      preview: (request, options = {}) =>
        inCall(options, (call) => previewImage(request, options.idempotencyKey, call)),
      generate: (request, options = {}) =>
        inNewCall(
          options,
          (call) =>
            keepFailed.call(
              call,
              options,
              () => ({ _tag: "Image", request }),
              generateImage(request, options.idempotencyKey, call, { driver, waiting })
            ),
          described.generate
        ),
      submit: (request, options = {}) =>
        inNewCall(
          options,
          (call) => Effect.flatMap(planImage(request, call), (planned) => startQueued(planned, options, call, driver)),
          described.submit
        ),
      await: (jobId, options = {}) =>
        inCall(
          options,
          (call) => keepFailed.job(call, ledger.get(jobId, call.owner), waiting.await(jobId, call)),
          described.await
        ),
      status: (jobId, options = {}) => inCall(options, (call) => getJob(jobId, call)),
      watch: (jobId, options = {}) =>
        Stream.unwrap(inCall(options, (call) => Effect.succeed(watchJob(jobId, call)))).pipe(
          Stream.provideContext(context)
        ),
      cancel: (jobId, options = {}) => inCall(options, (call) => cancelJob(jobId, call), described.cancel),
      resume: (jobId, options = {}) =>
        inNewCall(
          options,
          (call) => keepFailed.job(call, ledger.get(jobId, call.owner), waiting.resume(jobId, call)),
          described.resume
        ),
      resolve: (jobId, resolution, options = {}) => inCall(options, (call) => resolveJob(jobId, resolution, call)),
      list: (page = {}, options = {}) => inCall(options, (call) => listJobs(page, call)),
      download: (imageUrl, target = {}, options = {}) =>
        inCall(options, (call) => downloadAlone(imageUrl, target, call, download), described.download)
    }
  })

/** What is told of each method that asks the provider for something. */
const described = {
  generate: describeCall("generate", factsOfImage),
  submit: describeCall<Job>("submit", ({ id }) => ({ jobId: id })),
  await: describeCall("await", factsOfImage),
  resume: describeCall("resume", factsOfImage),
  cancel: describeCall<unknown>("cancel"),
  download: describeCall<unknown>("download")
}
