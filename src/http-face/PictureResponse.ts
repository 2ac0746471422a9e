/**
 * The bytes of a stored picture as a response: whole, in part, or not at all where the caller has them already.
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import type { ImageFormat, StoredImage } from "../../schemas/Image.ts"
import type { Job } from "../../schemas/Job.ts"
import type { StorageFailed } from "../../schemas/Reason.ts"
import type { ImageStore } from "../image/ImageStore.ts"
import { notKept } from "../image/KeptImage.ts"
import { reject } from "../pipeline/Reject.ts"
import { bytesWanted, entityTagOf, isMatched } from "./EntityTag.ts"
import { problemOf } from "./ProblemOf.ts"
import { problemResponse } from "./ProblemResponse.ts"
import { refusal, refuse } from "./Refuse.ts"

const mediaTypes: Readonly<Record<ImageFormat, string>> = { png: "image/png", jpeg: "image/jpeg", webp: "image/webp" }

/** The picture of a job. **Errors** `PictureNotFound` (404) for a job that has none, or none yet. */
export const pictureOf = ({ state }: Job): Effect.Effect<StoredImage, HttpProblem> =>
  state._tag === "Stored"
    ? Effect.succeed(state.image)
    : refuse("PictureNotFound", `there is no picture: the job is ${state._tag}`)

/** A name that no file system and no shell takes for anything else. */
const fileNameOf = ({ id }: Job, format: ImageFormat): string => `${id.replace(/[^\w-]/g, "_").slice(0, 80)}.${format}`

/**
 * The response: 200, 206, 304, or 416.
 *
 * **Errors** `StorageFailed` (503) where the file was removed or changed since.
 */
export const pictureResponse = Effect.fnUntraced(function* (
  job: Job,
  image: StoredImage,
  headers: { readonly [name: string]: string | undefined },
  store: ImageStore["Service"]
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, HttpProblem> {
  const tag = entityTagOf(image)
  const common = {
    etag: tag,
    "cache-control": "private, max-age=31536000, immutable",
    "content-disposition": `inline; filename="${fileNameOf(job, image.format)}"`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff"
  }
  if (isMatched(headers["if-none-match"], tag)) return HttpServerResponse.empty({ status: 304, headers: common })
  const wanted = bytesWanted(headers["range"], headers["if-range"], tag, image.bytes)
  if (wanted._tag === "Unsatisfiable") {
    return HttpServerResponse.setHeader(
      problemResponse(yield* refusal("RangeNotSatisfiable", `the picture has ${image.bytes} bytes`)),
      "content-range",
      `bytes */${image.bytes}`
    )
  }
  const bytes = yield* Effect.mapError(readWhole(store, image), (reason) =>
    problemOf(reject(reason, job.callId, { jobId: job.id }))
  )
  const contentType = mediaTypes[image.format]
  if (wanted._tag === "Whole") return HttpServerResponse.uint8Array(bytes, { contentType, headers: common })
  const { from, through } = wanted
  return HttpServerResponse.uint8Array(bytes.subarray(from, through + 1), {
    status: 206,
    contentType,
    headers: { ...common, "content-range": `bytes ${from}-${through}/${image.bytes}` }
  })
})

/** The bytes, if they are still those that were stored: the tag is a promise. */
const readWhole = (
  store: ImageStore["Service"],
  { bytes, path, sha256 }: StoredImage
): Effect.Effect<Uint8Array, typeof StorageFailed.Type> =>
  Effect.flatMap(store.read(path), (found) => {
    const isIntact = found.length === bytes && hash("sha256", found, "hex") === sha256
    const problem = notKept(isIntact ? "Intact" : "Changed")
    return problem === undefined ? Effect.succeed(found) : Effect.fail(problem)
  })
