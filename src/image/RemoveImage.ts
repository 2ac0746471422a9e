/**
 * Removes one picture of the image directory because a person wants it gone; never one that its job still needs.
 */
import * as Effect from "effect/Effect"
import type { InputRejected, StorageFailed } from "../../schemas/Reason.ts"
import { isTerminal } from "../../schemas/Job.ts"
import { JobLedger } from "../job/JobLedger.ts"
import { LiveSettings } from "../settings/LiveSettings.ts"
import { type ImageRemoval, ImageStore } from "./ImageStore.ts"
import { ownNameOfPath } from "./PictureName.ts"

const isNeeded: typeof InputRejected.Type = {
  _tag: "InputRejected",
  field: "path",
  problem: "is the picture of a job that has not ended",
  expected: "a picture whose job has ended, or that has none"
}

/**
 * Removes a picture.
 *
 * **Errors** `InputRejected` for a picture of a job that has not ended; `StorageFailed` (`PathNotAllowed` for what is no
 * picture below the image directory).
 */
export const removeImage = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<
  ImageRemoval,
  typeof StorageFailed.Type | typeof InputRejected.Type,
  ImageStore | JobLedger | LiveSettings
> {
  const { settings } = yield* (yield* LiveSettings).current
  const states = yield* (yield* JobLedger).statesOf(ownNameOfPath(path)?.jobIds ?? [])
  if ([...states.values()].some((state) => !isTerminal({ _tag: state }))) return yield* Effect.fail(isNeeded)
  return yield* (yield* ImageStore).remove(settings.imageDirectory, path)
})
