/**
 * What nanobananaapi.ai answers: one envelope for submit, status and errors.
 *
 * It is read as forgivingly as JSON allows: a field of an unexpected type counts as absent, so that a strange `msg` can
 * never hide the `taskId` of a picture that has been paid for. What must be there is decided by who reads it.
 *
 * Ignored on purpose: `paramJson` (it quotes the prompt), `createTime`, `completeTime`, and `response.originImageUrl`,
 * which is valid for ten minutes only.
 *
 * **Source** docs.nanobananaapi.ai: nanobanana-api/get-task-details, generate-or-edit-image and the callbacks page
 * (`info.resultImageUrl`), read 2026-11-23. Some clients read `message` where the documents say `msg`: both are taken.
 */
import * as Schema from "effect/Schema"
import { nameOf, orAbsent } from "./OrAbsent.ts"

/** A job's name that fits a URL. **Units** 1 to 500 visible ASCII characters. */
const TaskId = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,500}$/)).pipe(Schema.brand("ProviderJobId"))

const Image = Schema.Struct({ resultImageUrl: orAbsent(Schema.String) })

/**
 * `successFlag`: 0 generating, 1 success, 2 the task could not be created, 3 the generation failed. `errorCode` is 0
 * where nothing is wrong.
 */
export const NanoBananaApiTask = Schema.Struct({
  taskId: orAbsent(nameOf(TaskId)),
  successFlag: orAbsent(Schema.Int),
  errorCode: orAbsent(Schema.Union([Schema.Int, Schema.String])),
  errorMessage: orAbsent(Schema.String),
  response: orAbsent(Image),
  info: orAbsent(Image)
})
export interface NanoBananaApiTask extends Schema.Schema.Type<typeof NanoBananaApiTask> {}

/** The envelope. `code` 200 says that the request worked, and nothing about the picture. */
export const NanoBananaApiAnswer = Schema.Struct({
  code: orAbsent(Schema.Int),
  msg: orAbsent(Schema.String),
  message: orAbsent(Schema.String),
  data: orAbsent(NanoBananaApiTask)
})
export interface NanoBananaApiAnswer extends Schema.Schema.Type<typeof NanoBananaApiAnswer> {}
