/**
 * What is answered in place of a result: an RFC 9457 problem document (`application/problem+json`).
 */
import * as Schema from "effect/Schema"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import { StoppedBy } from "../Failures.ts"
import { CallId, JobId, ProviderJobId } from "../Identifiers.ts"
import { Cost, UsdMicros } from "../Money.ts"
import { Operation, Outcome, Provider } from "../Provider.ts"
import { problemStatuses } from "./ProblemStatus.ts"

/** A field that is wrong, and what was expected there. No value is quoted. */
export const FieldProblem = Schema.Struct({ field: Schema.String, problem: Schema.String, expected: Schema.String })
export interface FieldProblem extends Schema.Schema.Type<typeof FieldProblem> {}

/**
 * The document.
 *
 * **Details** `type` is `urn:ludeng:problem:` and the reason; `reason` the same reason alone, `category` its group (`http` for what only
 * this face refuses); `outcome` what became of the request at the provider; `retryable` whether the same request may be
 * sent again as it is. `callId` is that of the call, under which the audit and the log tell more; what was refused before a call
 * began has the id of its request, which the log has. `errors` lists the fields that are wrong. With a `jobId` there is a job to be looked at.
 *
 * **Units** `retryAfter` in whole seconds, as the header `Retry-After` has it.
 */
export const ProblemDocument = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  detail: Schema.String,
  reason: Schema.String,
  category: Schema.String,
  outcome: Outcome,
  retryable: Schema.Boolean,
  retryAfter: Schema.optionalKey(Schema.Int),
  callId: CallId,
  jobId: Schema.optionalKey(JobId),
  errors: Schema.optionalKey(Schema.Array(FieldProblem)),
  provider: Schema.optionalKey(Provider),
  operation: Schema.optionalKey(Operation),
  attempts: Schema.optionalKey(Schema.Int),
  stoppedBy: Schema.optionalKey(StoppedBy),
  providerJobId: Schema.optionalKey(ProviderJobId),
  providerRequestId: Schema.optionalKey(Schema.String),
  cost: Schema.optionalKey(Cost),
  requestHash: Schema.optionalKey(Schema.String),
  existingRequestHash: Schema.optionalKey(Schema.String),
  retryProblem: Schema.optionalKey(Schema.String),
  priceUsdMicros: Schema.optionalKey(Schema.NullOr(UsdMicros)),
  allow: Schema.optionalKey(Schema.Array(Schema.String))
})
export interface ProblemDocument extends Schema.Schema.Type<typeof ProblemDocument> {}

/**
 * A problem as an error: what handlers fail with, and what the typed client gives back. Catch it by its tag, and read
 * `reason`, `retryable` and `retryAfter`.
 */
export class HttpProblem extends Schema.Error<HttpProblem>("HttpProblem")(ProblemDocument.fields) {
  readonly _tag = "HttpProblem"
  override get message(): string {
    return `${this.status} ${this.reason}: ${this.detail}`
  }
}

/** The media type of a problem. */
export const problemMediaType = "application/problem+json"

/** The problem under each status it can have: what every endpoint declares. */
export const problems = problemStatuses.map((status) =>
  HttpProblem.pipe(HttpApiSchema.status(status), HttpApiSchema.asJson({ contentType: problemMediaType }))
)
