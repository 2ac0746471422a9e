/**
 * Keeps the image directory within the retention of the settings, for hosts that run for long: provide it beside
 * `Live.layer`. A host with `JobWorker.layer` has it already.
 *
 * ```ts types
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as ImageSweeper from "@ludeng/providers/layers/image/ImageSweeper"
 * import * as Live from "@ludeng/providers/layers/Live"
 *
 * const services = ImageSweeper.layer.pipe(Layer.provideMerge(Live.layerWith({ imageRetention: 2_592_000_000 })))
 * await Effect.runPromise(Layer.launch(services))
 * ```
 */
import * as Layer from "effect/Layer"
import { ImageSweeper, type ImageSweeperOptions, make } from "../../src/image/ImageSweeper.ts"
import type { ImageStore } from "../../src/image/ImageStore.ts"
import type { JobLedger } from "../../src/job/JobLedger.ts"
import type { LiveSettings } from "../../src/settings/LiveSettings.ts"

/** The sweeper, with options. */
export const layerWith = (
  options: ImageSweeperOptions
): Layer.Layer<ImageSweeper, never, ImageStore | JobLedger | LiveSettings> => Layer.effect(ImageSweeper, make(options))

/** The sweeper: at once, and every hour. */
export const layer: Layer.Layer<ImageSweeper, never, ImageStore | JobLedger | LiveSettings> = layerWith({})
