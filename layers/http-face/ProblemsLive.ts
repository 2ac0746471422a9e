/**
 * Answers whatever goes wrong as a problem document. A defect is logged under the id that the document names, and tells nobody
 * outside anything else.
 */
import * as ByteSize from "effect/ByteSize"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiError from "effect/http-api/HttpApiError"
import { MaxBodySize } from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import { Problems } from "../../schemas/http-face/Middleware.ts"
import { HttpProblem, problemMediaType } from "../../schemas/http-face/Problem.ts"
import { defectProblem } from "../../src/http-face/ProblemOf.ts"
import { problemResponse } from "../../src/http-face/ProblemResponse.ts"
import { inputRefusal, mediaTypeRefusal, refusal } from "../../src/http-face/Refuse.ts"
import { callIdOf } from "../../src/pipeline/CallId.ts"
import { everyProblem, expectedAt } from "../../src/input/SchemaProblem.ts"

/** The largest body that is read: a prompt and its wishes are far smaller. */
export const largestBody: ByteSize.ByteSize = ByteSize.mebibytes(1)

/** The middleware. */
export const layer: Layer.Layer<Problems> = Layer.succeed(Problems, (handled, { endpoint }) =>
  bounded(handled).pipe(
    Effect.flatMap(withProblem),
    Effect.catchCause((cause) => answerTo(cause, endpoint))
  )
)

/** A host without a bound on bodies gets one; a smaller one stays. */
const bounded = <A, E, R>(handled: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber((fiber) =>
    fiber.getRef(MaxBodySize) === undefined ? Effect.provideService(handled, MaxBodySize, largestBody) : handled
  )

/** What is refused before a handler is asked comes without a problem: the media type of a body. */
const withProblem = (response: HttpServerResponse): Effect.Effect<HttpServerResponse> =>
  response.status === 415 && response.headers["content-type"] !== problemMediaType
    ? Effect.map(mediaTypeRefusal, problemResponse)
    : Effect.succeed(response)

/**
 * What a cause is answered with; who has left hears nothing. `endpoint` is absent for what failed before one was found.
 */
export const answerTo = (
  cause: Cause.Cause<unknown>,
  endpoint?: HttpApiEndpoint.Top
): Effect.Effect<HttpServerResponse> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause as Cause.Cause<never>)
  const known = cause.reasons
    .map((it) => (it._tag === "Fail" ? it.error : it._tag === "Die" ? it.defect : undefined))
    .map((thrown) => problemIn(thrown, endpoint))
    .find((it) => it !== undefined)
  return known === undefined ? answerDefect(cause) : Effect.map(known, problemResponse)
}

const problemIn = (
  thrown: unknown,
  endpoint: HttpApiEndpoint.Top | undefined
): Effect.Effect<HttpProblem> | undefined => {
  if (thrown instanceof HttpProblem) return Effect.succeed(thrown)
  if (endpoint !== undefined && HttpApiError.HttpApiSchemaError.is(thrown)) return requestProblem(thrown, endpoint)
  if (HttpServerError.isHttpServerError(thrown) && thrown.reason._tag === "RouteNotFound")
    return refusal("RouteNotFound", "there is nothing at this path")
  if (HttpServerError.isHttpServerError(thrown) && thrown.reason._tag === "RequestParseError")
    return refusal("BodyTooLarge", "the body is too large, or broke off")
  return undefined
}

const places = { Params: "path", Headers: "header", Query: "query", Payload: "body" } as const

const schemaOf = (kind: keyof typeof places, { headers, params, payload, query }: HttpApiEndpoint.Top) => {
  switch (kind) {
    case "Params":
      return params
    case "Headers":
      return headers
    case "Query":
      return query
    case "Payload":
      return [...payload.values()][0]?.schemas[0]
  }
}

/** An answer of ours that does not keep to its schema is a defect, and no fault of the caller. */
const requestProblem = (
  error: HttpApiError.HttpApiSchemaError,
  endpoint: HttpApiEndpoint.Top
): Effect.Effect<HttpProblem> | undefined => {
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return undefined
  const place = places[error.kind]
  const schema = schemaOf(error.kind, endpoint)
  const ast = (schema === undefined ? Schema.Unknown : Schema.toType(schema)).ast
  const [first, ...others] = everyProblem(error.cause.issue, ast).map(
    ({ expected, isMissing, isUnknownField, path }) => ({
      field: [place, ...path.map(String)].join("."),
      problem: isMissing ? "missing" : isUnknownField ? "unknown field" : "not as expected",
      // What is asked for over HTTP is text; what it must mean is what a caller wants to hear.
      expected: (path.length === 0 ? undefined : expectedAt(ast, path)) ?? expected
    })
  )
  if (first === undefined) return undefined
  return inputRefusal({ _tag: "InputRejected", ...first, ...(others.length === 0 ? {} : { others }) })
}

const answerDefect = (cause: Cause.Cause<unknown>): Effect.Effect<HttpServerResponse> =>
  Effect.withFiber((fiber) => {
    const callId = callIdOf(fiber.getRef(Clock.Clock), fiber.getRef(Random.Random))
    return Effect.as(
      Effect.annotateLogs(Effect.logError("a request failed inside", cause), { callId }),
      problemResponse(defectProblem(callId))
    )
  })
