/**
 * Keeps the image directory within the retention of the settings, for as long as its host runs. Without it (and without
 * `ludeng images sweep`) nothing is ever removed.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { ImageStore } from "./ImageStore.ts"
import { sweepImages, type SweepOptions, type SweepReport } from "./SweepImages.ts"

/** **Units** `every` is the time between two sweeps, default an hour; the first one begins at once. */
export interface ImageSweeperOptions {
  readonly every?: Duration.Input
}

/**
 * The service.
 *
 * **Details** Off by default: without `imageRetention` and `imageMaximumBytes` only half-written files of processes that
 * were killed are removed, when they are older than a day. Settings that change hold from the next sweep on. Several
 * sweepers may share a directory.
 *
 * **Errors** `StorageFailed` where the directory or the ledger can not be read; nothing was removed then.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { ImageGenerator, ImageSweeper } from "@ludeng/providers"
 * import * as Sweeper from "@ludeng/providers/layers/image/ImageSweeper"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const services = Layer.provideMerge(Sweeper.layer, Mock.layerWith({ settings: { imageMaximumBytes: 1 } }))
 * const program = Effect.gen(function* () {
 *   yield* ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))
 *   return yield* ImageSweeper.use((it) => it.sweep({ isDryRun: true }))
 * })
 * const report = await Effect.runPromise(Effect.provide(program, services))
 * report.removed.map((it) => it.because) // => ["Size"]
 * ```
 */
export class ImageSweeper extends Context.Service<
  ImageSweeper,
  {
    /** Sweeps now; in a dry run says what it would do. */
    readonly sweep: (options?: SweepOptions) => Effect.Effect<SweepReport, typeof StorageFailed.Type>
  }
>()("@ludeng/providers/image/ImageSweeper") {}

/** Makes the sweeper; it sweeps until the scope closes. */
export const make = Effect.fnUntraced(function* ({ every = "1 hour" }: ImageSweeperOptions = {}): Effect.fn.Return<
  ImageSweeper["Service"],
  never,
  ImageStore | JobLedger | LiveSettings | Scope.Scope
> {
  const context = Context.pick(
    ImageStore,
    JobLedger,
    LiveSettings
  )(yield* Effect.context<ImageStore | JobLedger | LiveSettings>())
  const sweep = (options?: SweepOptions) => Effect.provideContext(sweepImages(options), context)
  const round = Effect.flatMap(sweep(), tell).pipe(Effect.ignore({ log: "Warn" }))
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(round, Effect.sleep(every))))
  return { sweep }
})

/** What was removed can not be had again: somebody should be able to read when and why. */
const tell = ({ changed, failed, removed }: SweepReport): Effect.Effect<void> => {
  if (removed.length === 0 && failed.length === 0) return Effect.void
  const bytes = removed.reduce((sum, file) => sum + file.bytes, 0)
  return (failed.length === 0 ? Effect.logInfo("pictures were removed") : Effect.logWarning("pictures stay")).pipe(
    Effect.annotateLogs({
      removed: removed.length,
      bytes,
      changed: changed.length,
      failed: failed.length,
      problem: failed[0]?.problem.detail ?? "none"
    })
  )
}
