/**
 * Answers whatever goes wrong as a problem document. A defect is logged under the id that the document names, and tells nobody
 * outside anything else.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as HttpApiError from "effect/http-api/HttpApiError"
import * as HttpServerError from "effect/http/HttpServerError"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import { Problems } from "../../schemas/http-face/Middleware.ts"
import { HttpProblem } from "../../schemas/http-face/Problem.ts"
import { defectProblem, faceProblem, inputProblem } from "../../src/http-face/ProblemOf.ts"
import { problemResponse } from "../../src/http-face/ProblemResponse.ts"
import { callIdOf } from "../../src/pipeline/CallId.ts"
import { everyProblem } from "../../src/input/SchemaProblem.ts"

/** The middleware. */
export const layer: Layer.Layer<Problems> = Layer.succeed(Problems, (handled) =>
  Effect.catchCause(handled, (cause) => answerTo(cause))
)

/** What a cause is answered with; who has left hears nothing. */
export const answerTo = (cause: Cause.Cause<unknown>): Effect.Effect<HttpServerResponse> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  const known = cause.reasons
    .map((it) => (it._tag === "Fail" ? it.error : it._tag === "Die" ? it.defect : undefined))
    .map(problemIn)
    .find((it) => it !== undefined)
  return known === undefined ? answerDefect(cause) : Effect.succeed(problemResponse(known))
}

const problemIn = (thrown: unknown): HttpProblem | undefined => {
  if (thrown instanceof HttpProblem) return thrown
  if (HttpApiError.HttpApiSchemaError.is(thrown)) return requestProblem(thrown)
  if (HttpServerError.isHttpServerError(thrown)) {
    if (thrown.reason._tag === "RequestParseError") return faceProblem("BodyTooLarge", "the body could not be read")
    if (thrown.reason._tag === "RouteNotFound") return faceProblem("RouteNotFound", "there is nothing at this path")
  }
  return undefined
}

const places = { Params: "path", Headers: "header", Query: "query", Payload: "body" } as const

/** An answer of ours that does not keep to its schema is a defect, and no fault of the caller. */
const requestProblem = (error: HttpApiError.HttpApiSchemaError): HttpProblem | undefined => {
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return undefined
  const place = places[error.kind]
  const [first, ...others] = everyProblem(error.cause.issue, Schema.Unknown.ast).map(
    ({ expected, isMissing, isUnknownField, path }) => ({
      field: [place, ...path.map(String)].join("."),
      problem: isMissing ? "missing" : isUnknownField ? "unknown field" : "not as expected",
      expected
    })
  )
  if (first === undefined) return undefined
  return inputProblem({ _tag: "InputRejected", ...first, ...(others.length === 0 ? {} : { others }) })
}

const answerDefect = (cause: Cause.Cause<unknown>): Effect.Effect<HttpServerResponse> =>
  Effect.withFiber((fiber) => {
    const callId = callIdOf(fiber.getRef(Clock.Clock), fiber.getRef(Random.Random))
    return Effect.as(
      Effect.annotateLogs(Effect.logError("a request failed inside", cause), { callId }),
      problemResponse(defectProblem(callId))
    )
  })
