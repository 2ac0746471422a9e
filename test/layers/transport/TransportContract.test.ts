import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Layer from "effect/Layer"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClientTransport from "../../../layers/transport/HttpClientTransport.ts"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { suite } from "./TransportContract.ts"

suite("UndiciTransport", UndiciTransport.layer, { alwaysSent: false, addedHeaders: [] })

suite("HttpClientTransport over undici", Layer.provide(HttpClientTransport.layer, NodeHttpClient.layerUndici), {
  alwaysSent: true,
  addedHeaders: []
})

suite("HttpClientTransport over fetch", Layer.provide(HttpClientTransport.layer, FetchHttpClient.layer), {
  alwaysSent: true,
  addedHeaders: ["accept-language", "accept-encoding", "sec-fetch-mode"]
})
