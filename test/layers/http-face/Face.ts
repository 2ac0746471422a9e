/**
 * The HTTP face over simulated services, asked in process: no socket, and the time of the test.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import { fromWeb, HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Access from "../../../layers/http-face/Access.ts"
import * as HttpFace from "../../../layers/http-face/HttpFace.ts"
import * as UnknownRoutes from "../../../layers/http-face/UnknownRoutes.ts"
import type { Services } from "../../../layers/Services.ts"
import { Authorization, CurrentBearer } from "../../../schemas/http-face/Middleware.ts"
import { Owner } from "../../../schemas/Identifiers.ts"
import { refuse } from "../../../src/http-face/Refuse.ts"

/** What a request is made of; an object as `body` goes out as JSON. */
export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object
}

/** Asks the face. */
export type Ask = (path: string, asked?: Asked) => Effect.Effect<Response>

/** The face over the services of the test, whose scope holds what answers leave open. */
export const makeFace = (
  access: Layer.Layer<Authorization> = Access.open
): Effect.Effect<Ask, never, Services | Scope.Scope> =>
  Effect.gen(function* () {
    const services = yield* Effect.context<Services>()
    const routes = Layer.mergeAll(HttpFace.layer, UnknownRoutes.layer).pipe(
      Layer.provide([access, Layer.succeedContext(services), HttpServer.layerServices])
    )
    const handler = yield* HttpRouter.toHttpEffect(routes)
    const scope = yield* Effect.scope
    return (path, { body, headers, method = "GET" } = {}) =>
      handler.pipe(
        Effect.flatMap((response) =>
          Effect.map(Effect.context<never>(), (context) => HttpServerResponse.toWeb(response, { context }))
        ),
        Effect.provideService(HttpServerRequest, fromWeb(webRequest(path, method, headers, body))),
        Effect.provideService(Scope.Scope, scope),
        Effect.orDie
      )
  })

const webRequest = (path: string, method: string, headers: Asked["headers"], body: Asked["body"]): Request =>
  new Request(`http://localhost${path}`, {
    method,
    headers: { ...(typeof body === "object" ? { "content-type": "application/json" } : {}), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
  })

/** Asks, and reads the JSON, which is taken to be of the type that the definition promises. */
export const asked = <A>(ask: Ask, path: string, request?: Asked) =>
  Effect.gen(function* () {
    const response = yield* ask(path, request)
    const json = (yield* Effect.promise(() => response.json())) as A
    return { status: response.status, headers: response.headers, json }
  })

/** Asks, and lets time pass until there is an answer. */
export const askedInTime = <A>(ask: Ask, path: string, request?: Asked) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(asked<A>(ask, path, request), { startImmediately: true })
    yield* TestClock.adjust("1 minute")
    return yield* Fiber.join(fiber)
  })

/** A request with a body. */
export const post = (body: object, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: "POST",
  body,
  headers
})

/** Whoever asks is the owner that his token names; `operator` may operate too. */
export const namedAccess: Layer.Layer<Authorization> = Layer.succeed(Authorization, {
  bearer: (handled, { credential }) => {
    const name = Redacted.value(credential)
    if (name === "") return refuse("Unauthenticated", "a token is needed")
    return Effect.provideService(handled, CurrentBearer, {
      owner: Owner.make(name),
      scopes: name === "operator" ? ["use", "operate"] : ["use"]
    })
  }
})

/** The header of an owner. */
export const as = (name: string) => ({ authorization: `Bearer ${name}` })
