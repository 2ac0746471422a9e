/**
 * The server: the HTTP face and the dashboard on a guarded listener, over services that somebody provides.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as BearerAuthorization from "../access/BearerAuthorization.ts"
import * as ApiDocs from "../http-face/ApiDocs.ts"
import * as HttpFace from "../http-face/HttpFace.ts"
import * as OnePath from "../http-face/OnePath.ts"
import * as UnknownRoutes from "../http-face/UnknownRoutes.ts"
import { ConfigurationError } from "../../schemas/Settings.ts"
import { Health } from "../../src/health/Health.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import * as DashboardRoutes from "./DashboardRoutes.ts"
import { type GuardOptions, makeGuard } from "./Guard.ts"
import { makeNodeServer, type NodeListenerLimits } from "./NodeListener.ts"

/**
 * Where it listens, and how it is guarded. `port` 0 takes a free one; `drain` (default none) is how long it goes on
 * accepting when it ends, and says that it is not ready; `limits` are shortened by tests.
 */
export interface ServeOptions extends Partial<GuardOptions> {
  readonly host: string
  readonly port: number
  readonly drain?: Duration.Duration
  readonly limits?: Partial<NodeListenerLimits>
}

/** What is told once it listens. */
export interface Listening {
  readonly url: string
  readonly host: string
  readonly port: number
}

/** How many requests may be open at once unless told otherwise; streams of events count while they run. */
export const defaultOpenRequests = 2_000

// What takes every path also takes `/`, unless the page was there before.
const routes = Layer.mergeAll(HttpFace.layer, ApiDocs.layer, UnknownRoutes.layer).pipe(
  Layer.provide(DashboardRoutes.layer),
  Layer.provide(OnePath.layer)
)

/**
 * Serves until it is interrupted; `told` is run once it listens. Interrupted, it is not ready at once, accepts as long as
 * `drain` says, and then answers what it can within `submitGrace`.
 *
 * **Errors** `ConfigurationError` where the address can not be had.
 *
 * ```ts
 * import * as Deferred from "effect/Deferred"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import * as MemoryAccessTokens from "@ludeng/providers/layers/access/MemoryAccessTokens"
 * import { serve } from "@ludeng/providers/layers/server/Serve"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const listening = yield* Deferred.make<string>()
 *   yield* Effect.forkScoped(serve({ host: "127.0.0.1", port: 0 }, ({ url }) => Deferred.succeed(listening, url)))
 *   const url = yield* Deferred.await(listening)
 *   return yield* Effect.promise(async () => (await fetch(new URL("/health/live", url))).status)
 * })
 * const services = Layer.merge(Mock.layer, MemoryAccessTokens.layer)
 * await Effect.runPromise(Effect.provide(Effect.scoped(program), services)) // => 200
 * ```
 */
export const serve = Effect.fnUntraced(function* (
  {
    corsOrigins = [],
    drain = Duration.zero,
    host,
    limits,
    maximumOpenRequests = defaultOpenRequests,
    port
  }: ServeOptions,
  told: (listening: Listening) => Effect.Effect<void>
) {
  // Somewhat more connections than requests: some are idle, and whoever is refused must hear so.
  const server = makeNodeServer(2 * maximumOpenRequests + 100, limits)
  const guard = yield* makeGuard({ corsOrigins, maximumOpenRequests })
  const settings = yield* LiveSettings
  const health = yield* Health
  const listener = NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: "1 second" })
  const context = yield* Effect.mapError(
    Layer.build(listener),
    () =>
      new ConfigurationError({
        problems: [{ name: "--port", problem: `${host}:${port} can not be listened on`, expected: "a free port" }]
      })
  )
  yield* Effect.gen(function* () {
    const face = yield* HttpRouter.toHttpEffect(routes.pipe(Layer.provide(BearerAuthorization.layer))).pipe(
      Effect.provideService(HttpRouter.RouterConfig, OnePath.routerConfig)
    )
    const { address, serve } = yield* HttpServer.HttpServer
    yield* serve(guard.around(face))
    yield* Effect.addFinalizer(() =>
      Effect.gen(function* () {
        yield* health.beginEnding
        if (!Duration.isZero(drain)) yield* Effect.sleep(drain)
        const closed = yield* Deferred.make<void>()
        server.close(() => Deferred.doneUnsafe(closed, Effect.void))
        const { submitGrace } = (yield* settings.current).settings.nanobanana
        yield* guard.end(submitGrace)
        server.closeIdleConnections()
        // What was answered last is still on its way; whoever does not read it is not waited for.
        yield* Effect.timeoutOption(Deferred.await(closed), "1 second")
        server.closeAllConnections()
      })
    )
    if (address._tag !== "UnixPathAddress")
      yield* told({ url: HttpServer.formatAddress(address), host, port: address.port })
  }).pipe(Effect.provideContext(context))
  return yield* Effect.never
}, Effect.scoped)
