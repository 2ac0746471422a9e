/**
 * Gives every path one name: what a proxy in front guards by its path must not be reached by another spelling of it
 * (capital letters, a slash at the end or twice, `%61` for `a`, what follows a semicolon). For a whole server.
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import { hasOneName } from "../../src/http-face/OneName.ts"
import { problemResponse } from "../../src/http-face/ProblemResponse.ts"
import { refusal } from "../../src/http-face/Refuse.ts"

const middleware = HttpRouter.middleware(
  (handled) =>
    Effect.flatMap(HttpServerRequest, ({ url }) =>
      hasOneName(url) ? handled : Effect.map(refusal("RouteNotFound", "there is nothing at this path"), problemResponse)
    ),
  { global: true }
)

/** The middleware. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = middleware

/** For the router that it stands in: one that does not pass over the difference either. */
export const routerConfig = { caseSensitive: true, ignoreTrailingSlash: false, ignoreDuplicateSlashes: false }
