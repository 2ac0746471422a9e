import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as HttpClientTransport from "../../layers/transport/HttpClientTransport.ts"
import * as UndiciTransport from "../../layers/transport/UndiciTransport.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { layerSimulation } from "../../mock-layers/simulation/SimulationLayer.ts"
import * as SimulatorServer from "../../mock-layers/simulation/SimulatorServer.ts"
import { Transport } from "../../src/transport/Transport.ts"
import { suite } from "./StreamedAnswerContract.ts"

suite("The simulated transport", (simulation) =>
  Effect.map(Layer.build(layerSimulation(simulation)), (context) => ({
    transport: Context.get(context, Transport),
    provider: Context.get(context, MockHandle),
    baseUrl: "https://api.deepseek.com"
  }))
)

for (const [name, layer] of [
  ["UndiciTransport", UndiciTransport.layer],
  ["HttpClientTransport", Layer.provide(HttpClientTransport.layer, NodeHttpClient.layerUndici)]
] as const) {
  suite(name, (simulation) =>
    Effect.gen(function* () {
      const { baseUrls, handle } = yield* SimulatorServer.make(simulation)
      const context = yield* Layer.build(layer)
      return { transport: Context.get(context, Transport), provider: handle, baseUrl: baseUrls.deepseek }
    })
  )
}
