/**
 * DeepSeek's error body. `type` and `code` do not discriminate (a 402 says `invalid_request_error`): what an error means
 * is read from the HTTP status, then from `message`. The message may quote the request: it is never shown unchecked.
 *
 * **Source** platform.deepseek.com/api-docs/quick_start/error_codes and bodies quoted in public issue threads, read
 * 2026-11-23. That one may stand inside a 200 is not confirmed; it is looked for all the same.
 */
import * as Schema from "effect/Schema"

const Anything = Schema.optionalKey(Schema.Unknown)

/** `{ "error": { "message", "type", "param", "code" } }`, or a bare text under `error`. */
export const DeepSeekErrorBody = Schema.Struct({
  error: Schema.Union([Schema.Struct({ message: Anything, type: Anything, code: Anything }), Schema.String])
})
export interface DeepSeekErrorBody extends Schema.Schema.Type<typeof DeepSeekErrorBody> {}
