/**
 * The API as a page at `/docs`: Swagger UI over the OpenAPI document, all of it out of the package. The page may load
 * nothing from elsewhere, and speak to nobody but its own server.
 */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpApiSwagger from "effect/http-api/HttpApiSwagger"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Api } from "../../schemas/http-face/Api.ts"

/**
 * What a page may do. Its scripts stand in the page itself, and are allowed by their hashes: one that somebody else got into it
 * would not run. Pure.
 */
export const contentSecurityPolicyOf = (page: string): string => {
  const scripts = [...page.matchAll(/<script[^>]*>([^]*?)<\/script>/g)].map(
    ([, script = ""]) => `'sha256-${hashOf(script)}'`
  )
  return [
    "default-src 'none'",
    `script-src ${scripts.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

const hashOf = (script: string): string => createHash("sha256").update(script).digest("base64")

// The page is made once, and some megabytes long: it is hashed once.
const policies = new WeakMap<Uint8Array, string>()

const policyOf = ({ body }: HttpServerResponse.HttpServerResponse): string => {
  if (body._tag !== "Uint8Array") return contentSecurityPolicyOf("")
  const known = policies.get(body.body)
  if (known !== undefined) return known
  const policy = contentSecurityPolicyOf(new TextDecoder().decode(body.body))
  policies.set(body.body, policy)
  return policy
}

const guarded = HttpRouter.middleware((handled) =>
  Effect.map(handled, (response) =>
    HttpServerResponse.setHeaders(response, {
      "content-security-policy": policyOf(response),
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
