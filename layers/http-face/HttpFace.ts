/**
 * The routes of the HTTP face as one Layer over the services of the library, for `ludeng serve` and for a host with an
 * `HttpRouter` of its own. Who asks is found out by the `Authorization` that is provided beside it.
 *
 * ```ts
 * import * as Layer from "effect/Layer"
 * import * as HttpRouter from "effect/http/HttpRouter"
 * import * as HttpServer from "effect/http/HttpServer"
 * import * as Access from "@ludeng/providers/layers/http-face/Access"
 * import * as HttpFace from "@ludeng/providers/layers/http-face/HttpFace"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const routes = HttpFace.layer.pipe(
 *   Layer.provide([Access.open, Mock.layer]),
 *   Layer.provide(HttpServer.layerServices)
 * )
 * const { dispose, handler } = HttpRouter.toWebHandler(routes, { disableLogger: true })
 * const response = await handler(new Request("http://localhost/health/live"))
 * await response.json() // => { status: "alive", isSimulated: true }
 * await dispose()
 * ```
 */
import * as Layer from "effect/Layer"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import { Api } from "../../schemas/http-face/Api.ts"
import * as Access from "./Access.ts"
import * as Admin from "./Admin.ts"
import * as Costs from "./Costs.ts"
import * as Enhancements from "./Enhancements.ts"
import * as Failures from "./Failures.ts"
import * as HealthChecks from "./HealthChecks.ts"
import * as Illustrations from "./Illustrations.ts"
import * as Images from "./Images.ts"
import * as Jobs from "./Jobs.ts"
import * as Metrics from "./Metrics.ts"
import * as Overviews from "./Overviews.ts"
import * as ProblemsLive from "./ProblemsLive.ts"

/** The routes, and the OpenAPI document at `/openapi.json`. */
export const layer = HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide([
    Illustrations.layer,
    Enhancements.layer,
    Images.layer,
    Jobs.layer,
    Failures.layer,
    Costs.layer,
    Overviews.layer,
    Admin.layer,
    Metrics.layer,
    HealthChecks.layer
  ]),
  Layer.provide([Access.scopes, ProblemsLive.layer])
)
