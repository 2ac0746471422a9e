/**
 * Reads a request that makes something, whole: the body, the options, the idempotency key, the wait.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { CallOptions } from "../../schemas/CallOptions.ts"
import { type AccessScope, CurrentBearer } from "../../schemas/http-face/Middleware.ts"
import type { HttpProblem } from "../../schemas/http-face/Problem.ts"
import { preferredWait } from "./Preference.ts"
import { readIdempotencyKey, readObject, splitBody } from "./ReadRequest.ts"

/** What was asked for. `wish` is checked by the service that it is for, field by field. */
export interface Creation<Wish> {
  readonly wish: Wish
  readonly options: CallOptions
  readonly wait: Duration.Duration | undefined
  readonly scopes: ReadonlyArray<AccessScope>
}

/** **Errors** the problem of a body, an option or a header that can not be read. */
export const readCreation = Effect.fnUntraced(function* <Wish>(
  request: HttpServerRequest
): Effect.fn.Return<Creation<Wish>, HttpProblem, CurrentBearer> {
  const { owner, scopes } = yield* CurrentBearer
  const { options, request: wish } = yield* splitBody(yield* readObject(request), owner)
  const key = yield* readIdempotencyKey(request.headers["idempotency-key"])
  return { wish: wish as Wish, options: { ...options, ...key }, wait: preferredWait(request.headers["prefer"]), scopes }
})
