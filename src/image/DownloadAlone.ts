/**
 * Fetches a picture whose job is kept elsewhere.
 */
import { hash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CallFailure } from "../../schemas/Failures.ts"
import type { StoredImage } from "../../schemas/Image.ts"
import type { InputRejected } from "../../schemas/Reason.ts"
import { imageProtocolOf, isLoopbackHost } from "../../schemas/Settings.ts"
import { validateInput } from "../input/Validate.ts"
import { makeIdentifier } from "../pipeline/CallId.ts"
import type { Call } from "../pipeline/CurrentCall.ts"
import { Pipeline } from "../pipeline/Pipeline.ts"
import { reject } from "../pipeline/Reject.ts"
import { NanoBanana } from "../provider/nanobanana/NanoBanana.ts"
import { firstAccount } from "./ImageAccount.ts"
import { imageCallPlan } from "./ImageCallPlan.ts"
import type { ImageDownload } from "./ImageDownload.ts"
import type { DownloadTarget } from "./ImageGenerator.ts"
import { plainTarget } from "./ImagePath.ts"
import type { ImageTarget } from "./ImageStore.ts"

const Target = Schema.Struct({
  directory: Schema.optionalKey(Schema.String.annotate({ expected: "a folder below the image directory" })),
  fileName: Schema.optionalKey(Schema.String.annotate({ expected: "a file name without folders" }))
})

const pathRejected = (problem: string): typeof InputRejected.Type => ({
  _tag: "InputRejected",
  field: "target",
  problem,
  expected: "names that are plain on every system, below the image directory"
})

/** Fetches, verifies, stores. **Errors** `InputRejected` for no URL and no plain name; else those of the pipeline. */
export const downloadAlone = Effect.fnUntraced(function* (
  imageUrl: string,
  target: DownloadTarget,
  call: Call,
  download: ImageDownload
): Effect.fn.Return<StoredImage, CallFailure, Pipeline | NanoBanana> {
  if (typeof imageUrl !== "string" || !URL.canParse(imageUrl)) {
    return yield* reject(
      { _tag: "InputRejected", field: "imageUrl", problem: "is not a URL", expected: "an absolute https URL" },
      call.callId
    )
  }
  const { imageDirectory, nanobanana } = call.settings.settings
  const checked = validateInput(Target, target, "target")
  if (Result.isFailure(checked)) return yield* reject(checked.failure, call.callId)
  const facts = (yield* NanoBanana).protocol(imageProtocolOf(nanobanana)).facts
  const label = yield* makeIdentifier("image")
  const place: ImageTarget = { ...checked.success, root: imageDirectory, label }
  const plain = plainTarget(place)
  if (Result.isFailure(plain)) return yield* reject(pathRejected(plain.failure.detail), call.callId)
  const { answer } = yield* (yield* Pipeline).run({
    ...imageCallPlan(
      { body: {} },
      { fieldLengths: { imageUrl: imageUrl.length }, bodySha256: hash("sha256", imageUrl), parameters: {} },
      firstAccount(nanobanana),
      "download"
    ),
    // A result URL is often signed: whoever has it has the picture.
    privateTexts: [imageUrl],
    attempt: (attempt) =>
      download.fetch({
        url: imageUrl,
        allowLoopback: isLoopbackHost(new URL(nanobanana.baseURL).hostname),
        resultHosts: facts.resultHosts,
        target: place,
        attempt
      })
  })
  return answer
})
