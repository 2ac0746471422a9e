/**
 * A problem as a response: `application/problem+json`, never cached, with `Retry-After` where it is known. Pure.
 */
import * as Schema from "effect/Schema"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { type HttpProblem, ProblemDocument, problemMediaType } from "../../schemas/http-face/Problem.ts"

const encode = Schema.encodeSync(Schema.toCodecJson(ProblemDocument))

/** The response. A program that is ending asks its callers to close the connection. */
export const problemResponse = (problem: HttpProblem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.jsonUnsafe(encode({ ...problem }), {
    status: problem.status,
    contentType: problemMediaType,
    headers: {
      "cache-control": "no-store",
      ...(problem.retryAfter === undefined ? {} : { "retry-after": String(problem.retryAfter) }),
      ...(problem.allow === undefined ? {} : { allow: problem.allow.join(", ") }),
      ...(problem.reason === "Unauthenticated" ? { "www-authenticate": 'Bearer realm="ludeng"' } : {}),
      ...(problem.reason === "ShuttingDown" || problem.reason === "ServerEnding" ? { connection: "close" } : {})
    }
  })
