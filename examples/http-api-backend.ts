/**
 * An Effect backend with an `HttpApi` of its own: an endpoint whose errors are the library's, as schemas, so that a typed
 * client has them too. (The library's own routes can be mounted instead: `layers/http-face/HttpFace.ts`.)
 */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpApiClient from "effect/http-api/HttpApiClient"
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { ApiError, Illustrator, Rejection } from "@ludeng/providers"
import { StoredImage } from "@ludeng/providers/schemas/Image"
import * as Mock from "@ludeng/providers/mock-layers/Mock"

/** The article's cover, or why there is none. */
const coverEndpoint = HttpApiEndpoint.post("draw", "/covers", {
  payload: Schema.Struct({ title: Schema.String }),
  success: StoredImage,
  error: [Rejection.annotate({ httpApiStatus: 400 }), ApiError.annotate({ httpApiStatus: 502 })]
})

class Api extends HttpApi.make("covers").add(HttpApiGroup.make("covers").add(coverEndpoint)) {}

const handlers = HttpApiBuilder.group(
  Api,
  "covers",
  Effect.fnUntraced(function* (handle) {
    const illustrator = yield* Illustrator
    return handle.handle("draw", ({ payload: { title } }) =>
      illustrator
        .illustrate({ prompt: title === "" ? "" : `a cover for "${title}"`, mode: "precise" })
        .pipe(Effect.map(({ generated }) => generated.image))
    )
  })
)

/** The server: in place of `Mock.layer` stands `Live.layer`. */
const server = HttpRouter.serve(HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers)), {
  disableLogger: true,
  disableListenLog: true
}).pipe(
  Layer.provide(Mock.layer),
  Layer.provideMerge(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 }))
)

/** The check: the typed client of the same definition, over a real socket. */
const check = Effect.gen(function* () {
  const { address } = yield* HttpServer.HttpServer
  const client = yield* HttpApiClient.make(Api, { baseUrl: HttpServer.formatAddress(address) })
  const image = yield* client.covers.draw({ payload: { title: "Foxes" } })
  yield* Console.log(`${image.width} x ${image.height}, ${image.bytes} bytes`)
  const refused = yield* Effect.flip(client.covers.draw({ payload: { title: "" } }))
  if (!(refused instanceof Rejection)) return yield* Effect.die(new Error("no rejection came back"))
  yield* Console.log(refused.message)
})

await Effect.runPromise(Effect.scoped(Effect.provide(check, Layer.merge(server, FetchHttpClient.layer))))
