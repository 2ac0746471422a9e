/**
 * The server: the HTTP face on a listener, over services that somebody provides.
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as BearerAuthorization from "../../layers/access/BearerAuthorization.ts"
import * as HttpFace from "../../layers/http-face/HttpFace.ts"
import * as UnknownRoutes from "../../layers/http-face/UnknownRoutes.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import * as DashboardRoutes from "./DashboardRoutes.ts"

/** Where it listens. `port` 0 takes a free one. */
export interface ServeOptions {
  readonly host: string
  readonly port: number
}

/** What is told once it listens. */
export interface Listening {
  readonly url: string
  readonly host: string
  readonly port: number
}

const routes = Layer.mergeAll(HttpFace.layer, DashboardRoutes.layer, UnknownRoutes.layer)

/**
 * Serves until it is interrupted; `told` is run once it listens.
 *
 * **Errors** `ConfigurationError` where the address can not be had.
 */
export const serve = Effect.fnUntraced(function* (
  { host, port }: ServeOptions,
  told: (listening: Listening) => Effect.Effect<void>
) {
  const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
    Layer.provide(BearerAuthorization.layer),
    Layer.provideMerge(NodeHttpServer.layer(createServer, { host, port }))
  )
  const context = yield* Effect.mapError(
    Layer.build(server),
    () =>
      new ConfigurationError({
        problems: [{ name: "--port", problem: `${host}:${port} can not be listened on`, expected: "a free port" }]
      })
  )
  const { address } = yield* Effect.provideContext(HttpServer.HttpServer, context)
  if (address._tag !== "UnixPathAddress")
    yield* told({ url: HttpServer.formatAddress(address), host, port: address.port })
  return yield* Effect.never
}, Effect.scoped)
