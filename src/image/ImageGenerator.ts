/**
 * Makes pictures: `generate` is `submit`, then `await`, which polls, downloads, verifies and stores.
 *
 * Every picture is a job in the ledger before a byte of its paid request is sent. The paid request runs in the scope of
 * this service, not in the caller's fiber: a caller that leaves, or whose deadline passes, stops waiting; the job lives.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { JobId } from "../../schemas/Identifiers.ts"
import type { GeneratedImage, ImagePlan, ImageRequest, StoredImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import type { CallPreview } from "../../schemas/Preview.ts"
import type { JobPage } from "../job/JobLedger.ts"
import type { JobResolution } from "./ResolveJob.ts"

/** Where a result is stored, below the image directory of the settings. */
export interface DownloadTarget {
  /** A folder below the image directory; default the directory itself. */
  readonly directory?: string
  /** A file name without folders; default is made from the picture's hash and the job's id. */
  readonly fileName?: string
}

/**
 * The service.
 *
 * **Details** Where surely nothing was charged, the second account of the settings may make the picture (the result says
 * `OtherProvider`; who does not want that leaves it out of `accept`), and an earlier picture of an equal request may stand
 * in (`Cached`; only for who names it in `accept`). Neither happens after an unknown outcome.
 *
 * **Errors** `Rejection` before anything was sent (`InputRejected`, `IdempotencyConflict`, `JobNotFound` …); `ApiError`
 * after. With `GenerationTimedOut` the job goes on and its `jobId` can be resumed; with `OutcomeUnknown` nothing is sent
 * again by itself. With `StorageFailed` (`Missing`, `Corrupt`, outcome `Done`) the picture of a job that has ended was
 * removed or edited since: it can not be had again, and the same request under another key is a new purchase.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { ImageGenerator } from "@ludeng/providers"
 * import { IdempotencyKey } from "@ludeng/providers/schemas/Identifiers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const idempotencyKey = IdempotencyKey.make("order-7")
 * const generate = ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }, { idempotencyKey }))
 * const [first, second] = await Effect.runPromise(
 *   Effect.all([generate, generate], { concurrency: 2 }).pipe(Effect.provide(Mock.layer))
 * )
 * first.jobId === second.jobId // => true
 * ```
 */
export class ImageGenerator extends Context.Service<
  ImageGenerator,
  {
    /**
     * What `generate` would ask the provider for. It refuses what `generate` would refuse on entry; nothing is sent and no
     * job is entered.
     */
    readonly plan: (request: ImageRequest, options?: CallOptions) => Effect.Effect<ImagePlan, CallFailure>
    /**
     * What `generate` would cost, and what the policies would do with it now. Nothing is sent, spent or entered; what
     * would be refused on entry is told in `refused`, and only a request that is wrong in itself fails.
     */
    readonly preview: (request: ImageRequest, options?: CallOptions) => Effect.Effect<CallPreview, CallFailure>
    /**
     * Submits, waits, stores. The same idempotency key and request join the same job. What could not be begun within the
     * deadline (our limit, an open circuit, pictures that are put off) is refused on entry: no job, nothing paid.
     */
    readonly generate: (request: ImageRequest, options?: CallOptions) => Effect.Effect<GeneratedImage, CallFailure>
    /**
     * Makes the job and starts it; answers when the row is written, before anything is sent. The job waits up to a day to
     * be sent, whatever the deadline of the call; what keeps it back stands in its state.
     */
    readonly submit: (request: ImageRequest, options?: CallOptions) => Effect.Effect<Job, CallFailure>
    /** Waits for a job's picture, within the deadline. */
    readonly await: (jobId: JobId, options?: CallOptions) => Effect.Effect<GeneratedImage, CallFailure>
    /** The job as the ledger has it. */
    readonly status: (jobId: JobId, options?: CallOptions) => Effect.Effect<Job, CallFailure>
    /** The job now and at each change, until it is final, held as an unknown outcome, or the deadline passes. */
    readonly watch: (jobId: JobId, options?: CallOptions) => Stream.Stream<Job, CallFailure>
    /** Cancels before sending, or asks the provider; answers the job as it then stands. */
    readonly cancel: (jobId: JobId, options?: CallOptions) => Effect.Effect<Job, CallFailure>
    /** Takes up an accepted job again, polls it and waits for its picture. Never sends a paid request. */
    readonly resume: (jobId: JobId, options?: CallOptions) => Effect.Effect<GeneratedImage, CallFailure>
    /** A person's word on a job of unknown outcome, as the provider's account shows it. */
    readonly resolve: (
      jobId: JobId,
      resolution: JobResolution,
      options?: CallOptions
    ) => Effect.Effect<Job, CallFailure>
    /** The jobs of the owner, the newest first, page by page. */
    readonly list: (page?: JobPage, options?: CallOptions) => Effect.Effect<ReadonlyArray<Job>, CallFailure>
    /** Fetches a result URL, verifies and stores it; for pictures whose job is kept elsewhere. */
    readonly download: (
      imageUrl: string,
      target?: DownloadTarget,
      options?: CallOptions
    ) => Effect.Effect<StoredImage, CallFailure>
  }
>()("@ludeng/providers/image/ImageGenerator") {}
