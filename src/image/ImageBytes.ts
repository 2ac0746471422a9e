/**
 * Takes in the bytes of a picture as they come: bounds them, hashes them, hands each chunk on to be kept, and says at
 * the end what was received. Shared by every image store, so that all of them refuse alike.
 *
 * Only the first `imageHeadBytes` are held in memory; where the chunks go is the store's affair.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { StoredImage } from "../../schemas/Image.ts"
import type { ImageRejected } from "../../schemas/Reason.ts"
import { identifyImage, imageHeadBytes } from "./IdentifyImage.ts"

/** The most a picture's file may hold. **Units** bytes. */
export const maximumImageBytes = 67_108_864

/** What was received: everything of a stored picture but its place. */
export type ReceivedImage = Omit<StoredImage, "path">

/**
 * Receives a picture, chunk by chunk; `write` is not called with a byte beyond `maximumImageBytes`.
 *
 * **Errors** `ImageRejected`: `TooManyBytes` as soon as one byte too many comes, else what `identifyImage` says; and
 * whatever the stream or `write` fails with. What was written until then is the caller's to remove.
 */
export const receiveImage = <E, R, E2, R2>(
  chunks: Stream.Stream<Uint8Array, E, R>,
  write: (chunk: Uint8Array) => Effect.Effect<void, E2, R2>
): Effect.Effect<ReceivedImage, E | E2 | typeof ImageRejected.Type, R | R2> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    const head: Array<Uint8Array> = []
    let bytes = 0
    const take = (chunk: Uint8Array): Effect.Effect<void, E2 | typeof ImageRejected.Type, R2> => {
      if (bytes + chunk.length > maximumImageBytes) return Effect.fail(tooManyBytes)
      if (bytes < imageHeadBytes) head.push(new Uint8Array(chunk.subarray(0, imageHeadBytes - bytes)))
      hash.update(chunk)
      bytes += chunk.length
      return write(chunk)
    }
    return Stream.runForEach(chunks, take).pipe(
      Effect.andThen(Effect.suspend(() => Effect.fromResult(identifyImage(joinChunks(head))))),
      Effect.map((identity) => ({ sha256: hash.digest("hex"), bytes, ...identity }))
    )
  })

/** One array of several. */
export const joinChunks = (chunks: ReadonlyArray<Uint8Array>): Uint8Array => {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

const tooManyBytes: typeof ImageRejected.Type = {
  _tag: "ImageRejected",
  problem: "TooManyBytes",
  detail: `more than ${maximumImageBytes} bytes`
}
