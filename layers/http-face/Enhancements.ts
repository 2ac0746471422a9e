/**
 * Handles the enhancements: `PromptEnhancer` over HTTP.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import type { EnhancementRequest } from "../../schemas/Enhancement.ts"
import { type EnhancementOptions, PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { previewViewOf } from "../../src/http-face/PreviewViewOf.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { type Creation, readCreation } from "../../src/http-face/ReadCreation.ts"

interface Wish extends EnhancementRequest {
  readonly maximumCharacters?: number
}

/** What the request says beside the rest is an option of the service, and checked by it. */
const split = ({ options, wish: { maximumCharacters, ...request } }: Creation<Wish>) => {
  const all: EnhancementOptions = { ...options, ...(maximumCharacters === undefined ? {} : { maximumCharacters }) }
  return [request, all] as const
}

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "enhancements",
  Effect.fnUntraced(function* (handlers) {
    const enhancer = yield* PromptEnhancer
    return handlers
      .handleRaw("create", ({ request }) =>
        Effect.flatMap(readCreation<Wish>(request), (creation) =>
          Effect.mapError(enhancer.enhance(...split(creation)), problemOf)
        )
      )
      .handleRaw("preview", ({ request }) =>
        Effect.flatMap(readCreation<Wish>(request), (creation) =>
          enhancer
            .preview(...split(creation))
            .pipe(
              Effect.mapBoth({ onFailure: problemOf, onSuccess: (preview) => previewViewOf(preview, creation.scopes) })
            )
        )
      )
  })
)
