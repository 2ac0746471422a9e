/**
 * Handles the pictures: `ImageGenerator` over HTTP, and the bytes of what was stored.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { withHeaders } from "effect/http-api/HttpApiSchema"
import { Api } from "../../schemas/http-face/Api.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import type { ImageRequest } from "../../schemas/Image.ts"
import { imageAnswer, jobViewOf } from "../../src/http-face/JobViewOf.ts"
import { pictureOf, pictureResponse } from "../../src/http-face/PictureResponse.ts"
import { previewViewOf } from "../../src/http-face/PreviewViewOf.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { readCreation } from "../../src/http-face/ReadCreation.ts"
import { preferenceHeaders, underWayHeaders, waitForJob } from "../../src/http-face/WaitForJob.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { ImageStore } from "../../src/image/ImageStore.ts"

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "images",
  Effect.fnUntraced(function* (handlers) {
    const generator = yield* ImageGenerator
    const store = yield* ImageStore
    return handlers
      .handleRaw("create", ({ request }) =>
        Effect.gen(function* () {
          const startedAt = yield* Clock.currentTimeMillis
          const { options, wait, wish } = yield* readCreation<ImageRequest>(request)
          const submitted = yield* Effect.mapError(generator.submit(wish, options), problemOf)
          const generated = yield* waitForJob(generator, submitted, options, { wait, startedAt })
          if (generated !== undefined)
            return withHeaders({ body: imageAnswer(generated), headers: preferenceHeaders(wait) })
          const job =
            wait === undefined ? submitted : yield* Effect.mapError(generator.status(submitted.id, options), problemOf)
          return withHeaders({ body: jobViewOf(job), headers: underWayHeaders(job, wait) })
        })
      )
      .handleRaw("preview", ({ request }) =>
        Effect.flatMap(readCreation<ImageRequest>(request), ({ options, scopes, wish }) =>
          generator
            .preview(wish, options)
            .pipe(Effect.mapBoth({ onFailure: problemOf, onSuccess: (preview) => previewViewOf(preview, scopes) }))
        )
      )
      .handle("bytes", ({ params, request }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const job = yield* Effect.mapError(generator.status(params.id, { owner }), problemOf)
          const picture = yield* pictureOf(job)
          return yield* pictureResponse(job, picture, request.headers, store)
        })
      )
  })
)
