/**
 * Handles the failed calls that are kept: `DeadLetters` and `ManualRetries` over HTTP.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import { RetryPayload } from "../../schemas/http-face/FailuresGroup.ts"
import { CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import { defaultPageLimit } from "../../schemas/http-face/Page.ts"
import type { RetryAnswer } from "../../schemas/http-face/FailuresGroup.ts"
import { DeadLetters } from "../../src/dead-letter/DeadLetters.ts"
import { ManualRetries, type RetryResult } from "../../src/dead-letter/ManualRetries.ts"
import { failureDetailOf, failureViewOf } from "../../src/http-face/FailureViewOf.ts"
import { illustrationAnswer, imageAnswer } from "../../src/http-face/JobViewOf.ts"
import { problemOf } from "../../src/http-face/ProblemOf.ts"
import { refusalOf, refuseInput } from "../../src/http-face/Refuse.ts"
import { readJson } from "../../src/http-face/ReadRequest.ts"
import { validateInput } from "../../src/input/Validate.ts"

const answerOf = ({ letter, ...retried }: RetryResult): RetryAnswer => {
  const failure = failureViewOf(letter)
  switch (retried._tag) {
    case "Enhancement":
      return { kind: "Enhancement", failure, result: retried.result }
    case "Image":
      return { kind: "Image", failure, result: imageAnswer(retried.result) }
    case "Illustration":
      return { kind: "Illustration", failure, result: illustrationAnswer(retried.result) }
  }
}

/** The handlers. */
export const layer = HttpApiBuilder.group(
  Api,
  "failures",
  Effect.fnUntraced(function* (handlers) {
    const letters = yield* DeadLetters
    const retries = yield* ManualRetries
    return handlers
      .handle("list", ({ query: { before, limit = defaultPageLimit, reason, state } }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const found = yield* refusalOf(
            letters.list(owner, {
              limit,
              ...(before === undefined ? {} : { before }),
              ...(state === undefined ? {} : { state }),
              ...(reason === undefined ? {} : { reason })
            })
          )
          const last = found.at(-1)
          return {
            failures: found.map(failureViewOf),
            ...(found.length < limit || last === undefined ? {} : { next: last.id })
          }
        })
      )
      .handle("get", ({ params }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          return failureDetailOf(yield* Effect.mapError(retries.quote(params.id, { owner }), problemOf))
        })
      )
      .handleRaw("retry", ({ params, request }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          const word = validateInput(RetryPayload, (yield* readJson(request)) ?? {})
          if (Result.isFailure(word)) return yield* refuseInput(word.failure)
          return answerOf(yield* Effect.mapError(retries.retry(params.id, { ...word.success, owner }), problemOf))
        })
      )
      .handle("discard", ({ params }) =>
        Effect.gen(function* () {
          const { owner } = yield* CurrentBearer
          return failureViewOf(yield* refusalOf(letters.discard(params.id, owner)))
        })
      )
  })
)
