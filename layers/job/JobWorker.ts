/**
 * A worker for the jobs of the ledger, for hosts that run for long: provide it beside `Live.layer`. It keeps the image
 * directory within the retention of the settings too (`ImageSweeper`).
 *
 * ```ts types
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as JobWorker from "@ludeng/providers/layers/job/JobWorker"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const services = JobWorker.layer.pipe(Layer.provideMerge(Live.layer))
 * await Effect.runPromise(Layer.launch(services))
 * ```
 */
import * as Layer from "effect/Layer"
import type { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import type { ImageStore } from "../../src/image/ImageStore.ts"
import type { ImageSweeper } from "../../src/image/ImageSweeper.ts"
import { JobWorker, type JobWorkerOptions, make } from "../../src/image/JobWorker.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"
import * as Sweeper from "../image/ImageSweeper.ts"

type Dependencies = ImageGenerator | JobLedger | ImageStore | LiveSettings

/** The worker, with options, and the sweeper of its image directory. */
export const layerWith = (options: JobWorkerOptions): Layer.Layer<JobWorker | ImageSweeper, never, Dependencies> =>
  Layer.merge(Layer.effect(JobWorker, make(options)), Sweeper.layer)

/** The worker, and the sweeper of its image directory. */
export const layer: Layer.Layer<JobWorker | ImageSweeper, never, Dependencies> = layerWith({})
