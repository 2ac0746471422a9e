/**
 * Reads the body and the headers of a request that makes something. What the library checks itself (the request, field by
 * field) is left to it: a body is only split into the request and its `options`.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { CallWishes } from "../../schemas/http-face/CallWishes.ts"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import { IdempotencyKey, type Owner } from "../../schemas/Identifiers.ts"
import { isPlainObject } from "../input/Sanitize.ts"
import { validateInput } from "../input/Validate.ts"
import { mediaTypeRefusal, refuseInput } from "./Refuse.ts"

const jsonMediaType = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/**
 * The body as JSON; `undefined` where there is none.
 *
 * **Errors** `UnsupportedMediaType` (415), `InputRejected` for what is no JSON (400).
 */
export const readJson = Effect.fnUntraced(function* (
  request: HttpServerRequest
): Effect.fn.Return<unknown, HttpProblem> {
  const mediaType = request.headers["content-type"]
  if (mediaType !== undefined && !jsonMediaType.test(mediaType)) return yield* Effect.flip(mediaTypeRefusal)
  // A body that can not be read is told apart where all problems are.
  const text = yield* Effect.orDie(request.text)
  if (text === "") return undefined
  const parsed = Result.try((): unknown => JSON.parse(text))
  return Result.isSuccess(parsed)
    ? parsed.success
    : yield* refuseInput({ _tag: "InputRejected", field: "body", problem: "no JSON", expected: "a JSON object" })
})

/** The body as a JSON object. **Errors** those of `readJson`; `InputRejected` where it is something else, or missing. */
export const readObject = Effect.fnUntraced(function* (
  request: HttpServerRequest
): Effect.fn.Return<Record<string, unknown>, HttpProblem> {
  const body = yield* readJson(request)
  if (isPlainObject(body)) return body
  const problem = body === undefined ? "missing" : Array.isArray(body) ? "a list" : `a ${typeof body}`
  return yield* refuseInput({ _tag: "InputRejected", field: "body", problem, expected: "a JSON object" })
})

/** A body split in two; the rest is not checked yet. */
export interface SplitBody {
  readonly request: Readonly<Record<string, unknown>>
  readonly options: CallOptions
}

/** **Errors** `InputRejected` naming the field of `options`. */
export const splitBody = Effect.fnUntraced(function* (
  body: Readonly<Record<string, unknown>>,
  owner: Owner
): Effect.fn.Return<SplitBody, HttpProblem> {
  const { options: wishes = {}, ...request } = body
  const checked = validateInput(CallWishes, wishes, "options")
  if (Result.isFailure(checked)) return yield* refuseInput(checked.failure)
  const { deadlineMillis, ...options } = checked.success
  return {
    request,
    options: {
      ...options,
      owner,
      ...(deadlineMillis === undefined ? {} : { deadline: Duration.millis(deadlineMillis) })
    }
  }
})

/** The header `Idempotency-Key`, if it is there. **Errors** `InputRejected` naming the header. */
export const readIdempotencyKey = (
  header: string | undefined
): Effect.Effect<{ readonly idempotencyKey?: IdempotencyKey }, HttpProblem> => {
  if (header === undefined) return Effect.succeed({})
  const checked = validateInput(IdempotencyKey, header, "Idempotency-Key")
  return Result.isSuccess(checked) ? Effect.succeed({ idempotencyKey: checked.success }) : refuseInput(checked.failure)
}
