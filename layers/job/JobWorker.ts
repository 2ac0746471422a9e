/**
 * A worker for the jobs of the ledger, for hosts that run for long: provide it beside `Live.layer`.
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
import { JobWorker, type JobWorkerOptions, make } from "../../src/image/JobWorker.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"

/** The worker, with options. */
export const layerWith = (options: JobWorkerOptions): Layer.Layer<JobWorker, never, ImageGenerator | JobLedger> =>
  Layer.effect(JobWorker, make(options))

/** The worker. */
export const layer: Layer.Layer<JobWorker, never, ImageGenerator | JobLedger> = layerWith({})
