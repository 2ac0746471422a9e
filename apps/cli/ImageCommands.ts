/**
 * What the commands `ludeng images …` do. The heavy part, loaded only by them.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { CallId, type Owner } from "../../schemas/Identifiers.ts"
import type { RejectionReason } from "../../schemas/Reason.ts"
import type { Services } from "../../layers/Services.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"
import { removeImage as removePicture } from "../../src/image/RemoveImage.ts"
import { sweepImages, type SweepOptions } from "../../src/image/SweepImages.ts"
import { verifyImages as verifyPictures } from "../../src/image/VerifyImages.ts"
import { reject } from "../../src/pipeline/Reject.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { runOver } from "./Call.ts"
import { imageJson, imageLine, removalLine, sweepLines, totalLine, verifyLines } from "./ImageReports.ts"
import { Session } from "./Session.ts"

/** Whoever looks after files makes no call. */
const noCall = CallId.make("none")

const inFolder = <E extends RejectionReason>(
  directory: string | undefined,
  body: Effect.Effect<void, E, Services | Session>
) =>
  runOver(
    { needed: [], ...(directory === undefined ? {} : { directory }) },
    Effect.mapError(body, (reason) => reject(reason, noCall))
  )

/** Prints the object or the lines. */
const print = Effect.fnUntraced(function* (json: object, lines: ReadonlyArray<string>) {
  const run = yield* Session
  run.screen.result(run.isJson ? JSON.stringify(json) : lines.join("\n"))
})

const settingsNow = Effect.map(
  LiveSettings.use((it) => it.current),
  ({ settings }) => settings
)

/** `images list`: a line for each picture as it is found, with `--json` an object for each. */
export const listImages = (directory: string | undefined) =>
  inFolder(
    directory,
    Effect.gen(function* () {
      const run = yield* Session
      const store = yield* ImageStore
      const { imageDirectory } = yield* settingsNow
      let pictures = 0
      let bytes = 0
      yield* Stream.runForEach(store.list(imageDirectory), (image) =>
        Effect.sync(() => {
          pictures += 1
          bytes += image.bytes
          run.screen.result(run.isJson ? JSON.stringify(imageJson(image)) : imageLine(image))
        })
      )
      if (!run.isJson) run.screen.line(totalLine(pictures, bytes))
    })
  )

/** `images verify`. A picture that is gone is nothing to be alarmed at where the settings let pictures go. */
export const verifyImages = (directory: string | undefined, owner: Owner | undefined) =>
  inFolder(
    directory,
    Effect.gen(function* () {
      const run = yield* Session
      const { imageMaximumBytes, imageRetention } = yield* settingsNow
      const report = yield* verifyPictures(owner)
      yield* print(report, verifyLines(report))
      const mayBeGone = imageMaximumBytes !== undefined || imageRetention !== undefined
      if (report.problems.some(({ problem }) => problem !== "Missing" || !mayBeGone)) run.exitCode = 3
    })
  )

/** `images remove PATH`. */
export const removeImage = (path: string, directory: string | undefined) =>
  inFolder(
    directory,
    Effect.flatMap(removePicture(path), (removal) => print({ path, removal }, [removalLine(path, removal)]))
  )

/** `images sweep`. */
export const sweepNow = (options: SweepOptions, directory: string | undefined) =>
  inFolder(
    directory,
    Effect.gen(function* () {
      const run = yield* Session
      const report = yield* sweepImages(options)
      yield* print(report, sweepLines(report))
      if (report.failed.length > 0) run.exitCode = 3
    })
  )
