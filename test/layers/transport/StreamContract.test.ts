import { assert, it } from "@effect/vitest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as zlib from "node:zlib"
import * as HttpClientTransport from "../../../layers/transport/HttpClientTransport.ts"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { Transport } from "../../../src/transport/Transport.ts"
import { post, text } from "./Exchanges.ts"
import { httpServer } from "./Servers.ts"
import { suite } from "./StreamContract.ts"

suite("UndiciTransport", UndiciTransport.layer)
suite("HttpClientTransport over undici", Layer.provide(HttpClientTransport.layer, NodeHttpClient.layerUndici))
suite("HttpClientTransport over fetch", Layer.provide(HttpClientTransport.layer, FetchHttpClient.layer))

it.effect("UndiciTransport undoes a content coding that nobody asked for", () =>
  Effect.gen(function* () {
    const server = yield* httpServer((_request, response) =>
      response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync("plain"))
    )
    const transport = yield* Transport
    const { body } = yield* transport.stream(post(server.origin))
    assert.strictEqual(text(Buffer.concat(yield* Stream.runCollect(body))), "plain")
  }).pipe(Effect.provide(UndiciTransport.layer))
)
