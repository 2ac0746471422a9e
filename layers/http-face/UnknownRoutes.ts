/**
 * Answers what no route takes: 404 for a path that is not there, 405 with `Allow` for a method that a path does not have.
 * For a whole server; a host with other routes beside ours answers that itself.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { Api } from "../../schemas/http-face/Api.ts"
import { methodsAt, type RoutePattern } from "../../src/http-face/MethodsAt.ts"
import { problemResponse } from "../../src/http-face/ProblemResponse.ts"
import { refusal } from "../../src/http-face/Refuse.ts"

const patterns: ReadonlyArray<RoutePattern> = Object.values(Api.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path }) => ({ method, path }))
)

// Not `*`: it would take `HEAD`, which the router answers by what `GET` has.
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const

/** The routes that take what no other does. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpRouter.use((router) =>
  Effect.forEach(methods, (method) => router.add(method, "*", unknownRoute), {
    discard: true
  })
)

const unknownRoute = ({ url }: HttpServerRequest) => {
  const allow = methodsAt(url, patterns)
  return Effect.map(
    allow.length === 0
      ? refusal("RouteNotFound", "there is nothing at this path")
      : refusal("MethodNotAllowed", `this path takes ${allow.join(", ")}`, { allow }),
    problemResponse
  )
}
