/**
 * The API as a page at `/docs`: Swagger UI over the OpenAPI document, all of it out of the package. The page may load
 * nothing from elsewhere, and speak to nobody but its own server.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpApiSwagger from "effect/http-api/HttpApiSwagger"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Api } from "../../schemas/http-face/Api.ts"

/** What the page may do. Its script and its style stand in the page itself. */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const guarded = HttpRouter.middleware((handled) =>
  Effect.map(
    handled,
    HttpServerResponse.setHeaders({
      "content-security-policy": contentSecurityPolicy,
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache"
    })
  )
)

/** The route. */
export const layer: Layer.Layer<never, never, HttpRouter.HttpRouter> = HttpApiSwagger.layer(Api, {
  path: "/docs"
}).pipe(Layer.provide(guarded.layer))
