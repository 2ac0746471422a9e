/**
 * Whether the picture of a job that has ended can still be handed out: what was stored may have been removed since, by the
 * retention or by a person, or edited. A result never points to a file that is not what it says.
 */
import * as Effect from "effect/Effect"
import type { StoredImage } from "../../schemas/Image.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import { type ImageCondition, ImageStore } from "./ImageStore.ts"

/** Why a picture in this condition is no result; `undefined` for one that is intact. */
export const notKept = (condition: ImageCondition): typeof StorageFailed.Type | undefined => {
  switch (condition) {
    case "Intact":
      return undefined
    case "Missing":
      return {
        _tag: "StorageFailed",
        problem: "Missing",
        detail: "the picture was stored, and its file was removed since"
      }
    case "Changed":
      return {
        _tag: "StorageFailed",
        problem: "Corrupt",
        detail: "the picture was stored, and its file holds other bytes now"
      }
  }
}

/** Looks whether a picture is as it was stored. **Errors** `StorageFailed`: `Missing`, `Corrupt`, or it can not be read. */
export const keptImage = (image: StoredImage): Effect.Effect<StoredImage, typeof StorageFailed.Type, ImageStore> =>
  Effect.flatMap(
    ImageStore.use((store) => store.verify(image)),
    (condition) => {
      const problem = notKept(condition)
      return problem === undefined ? Effect.succeed(image) : Effect.fail(problem)
    }
  )
