/**
 * What the plain job API answers: `{ jobId }` to a submit, `{ status, imageUrl?, error? }` to a look at a job or to its
 * cancelling.
 *
 * It is read as forgivingly as JSON allows: a field of an unexpected type counts as absent, so that a strange `error` can
 * never hide the `jobId` of a picture that has been paid for. What must be there is decided by who reads it.
 *
 * **Source** none in public: the plain job API of `api.nanobanana.com`, which nobody documents. Unconfirmed.
 */
import * as Schema from "effect/Schema"
import { nameOf, orAbsent } from "./OrAbsent.ts"

/** A job's name that fits a path. **Units** 1 to 500 visible ASCII characters, and neither `.` nor `..`. */
const JobIdText = Schema.String.check(Schema.isPattern(/^(?!\.{1,2}$)[\x21-\x7e]{1,500}$/)).pipe(
  Schema.brand("ProviderJobId")
)

/**
 * The answer. `status` is one of `queued`, `processing`, `completed`, `failed`, `cancelled`, or a word that nobody told
 * us of.
 */
export const GenericJobAnswer = Schema.Struct({
  jobId: orAbsent(nameOf(JobIdText)),
  status: orAbsent(Schema.String),
  imageUrl: orAbsent(Schema.String),
  error: orAbsent(Schema.String)
})
export interface GenericJobAnswer extends Schema.Schema.Type<typeof GenericJobAnswer> {}
