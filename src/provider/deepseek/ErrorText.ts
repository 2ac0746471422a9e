/**
 * DeepSeek's error object: its text, and the status that the text stands for where it comes inside a 200.
 *
 * **Source** texts seen in public issue threads: Aider-AI/aider#4851 (402), deepwn/addi#13 and raycast/extensions#29730
 * (400), tarigelamin1997/jobfetcher#42 and esengine/DeepSeek-Reasonix#2387 (429); the official table's words for the
 * others. Read 2026-11-23.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { DeepSeekErrorBody } from "../../../schemas/wire/DeepSeekError.ts"

/** **Details** `status` is what the error would have been sent with, 500 where neither text nor code tells. */
export interface ErrorObject {
  readonly message: string
  readonly status: number
}

/** The error object of a body; `undefined` where there is none, or where it is `null`. */
export const errorObjectOf = (json: unknown): ErrorObject | undefined => {
  // Nearly every answer is a good one, and a schema that does not fit takes its time to say why.
  if (typeof json !== "object" || json === null || !("error" in json)) return undefined
  return Option.getOrUndefined(
    Option.map(decode(json), ({ error }) => {
      if (typeof error === "string") return { message: error, status: statusOfText(error) ?? 500 }
      const message = typeof error.message === "string" ? error.message : ""
      const status = statusOfText(message) ?? statusOfLabel(error.code) ?? statusOfLabel(error.type) ?? 500
      return { message, status }
    })
  )
}

const decode = Schema.decodeUnknownOption(DeepSeekErrorBody)

const texts: ReadonlyArray<readonly [RegExp, number]> = [
  [/insufficient balance/i, 402],
  [/authentication|api key/i, 401],
  [/rate limit|concurrency limit|too many requests|too quickly/i, 429],
  [/model not exist|supported api model names|invalid (format|parameters)/i, 400],
  [/overloaded|server busy|unavailable/i, 503]
]

const statusOfText = (message: string): number | undefined => texts.find(([pattern]) => pattern.test(message))?.[1]

const statusOfLabel = (label: unknown): number | undefined => {
  if (label === "invalid_request_error") return 400
  const status = Number(label)
  return Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined
}
