/**
 * Handles the illustrations: `Illustrator` over HTTP.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { withHeaders } from "effect/http-api/HttpApiSchema"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import type { IllustrationAnswer } from "../../schemas/http-face/Results.ts"
import type { IllustrationRequest } from "../../schemas/Illustration.ts"
import type { GeneratedImage } from "../../schemas/Image.ts"
import { addCosts } from "../../schemas/Money.ts"
import { imageAnswer, jobViewOf } from "../../src/http-face/JobViewOf.ts"
import { illustrationPreviewViewOf } from "../../src/http-face/PreviewViewOf.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { readCreation } from "../../src/http-face/ReadCreation.ts"
import { preferenceHeaders, underWayHeaders, waitForJob } from "../../src/http-face/WaitForJob.ts"
import { Illustrator, type SubmittedIllustration } from "../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"

const answerOf = (
  prompt: string,
  { attempts, cost, enhanced }: SubmittedIllustration,
  generated: GeneratedImage,
  elapsedMillis: number
): IllustrationAnswer => ({
  callId: generated.callId,
  prompt,
  enhanced,
  generated: imageAnswer(generated),
  isSimulated: generated.isSimulated,
  cost: addCosts(cost, generated.cost),
  attempts: attempts + generated.attempts,
  elapsedMillis
})

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "illustrations",
  Effect.fnUntraced(function* (handlers) {
    const illustrator = yield* Illustrator
    const generator = yield* ImageGenerator
    return handlers
      .handleRaw("create", ({ request }) =>
        Effect.gen(function* () {
          const startedAt = yield* Clock.currentTimeMillis
          const { options, wait, wish } = yield* readCreation<IllustrationRequest>(request)
          const submitted = yield* Effect.mapError(illustrator.submit(wish, options), problemOf)
          const generated = yield* waitForJob(generator, submitted.job, options, { wait, startedAt })
          if (generated !== undefined) {
            const elapsedMillis = (yield* Clock.currentTimeMillis) - startedAt
            const body = answerOf(wish.prompt, submitted, generated, elapsedMillis)
            return withHeaders({ body, headers: preferenceHeaders(wait) })
          }
          const job =
            wait === undefined
              ? submitted.job
              : yield* Effect.mapError(generator.status(submitted.job.id, options), problemOf)
          return withHeaders({
            body: { job: jobViewOf(job), enhanced: submitted.enhanced },
            headers: underWayHeaders(job, wait)
          })
        })
      )
      .handleRaw("preview", ({ request }) =>
        Effect.gen(function* () {
          const { options, scopes, wish } = yield* readCreation<IllustrationRequest>(request)
          const preview = yield* Effect.mapError(illustrator.preview(wish, options), problemOf)
          return illustrationPreviewViewOf(preview, scopes)
        })
      )
  })
)
