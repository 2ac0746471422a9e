import { afterAll } from "@effect/vitest"
import { join } from "node:path"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import type { ImageProtocolName } from "../../schemas/Provider.ts"
import * as HostHttpClient from "./HostHttpClient.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"
import * as IllustratorContract from "./IllustratorContract.ts"
import * as ImageGeneratorContract from "./ImageGeneratorContract.ts"
import * as PromptEnhancerContract from "./PromptEnhancerContract.ts"
import { passReally, type World } from "./World.ts"

const simulator = await startSimulator(["--latency", "5"])
afterAll(() => simulator.stop())

let homes = 0

/** Each test is a program on a home of its own. */
const worldOver = (name: string, layerWith: typeof Live.layerWith, protocol: ImageProtocolName): World => ({
  name: `${name}, ${protocol}`,
  layer: Layer.suspend(() =>
    layerWith({
      deepseek: { apiKey: "sk-simulated", baseURL: simulator.baseUrls.deepseek },
      nanobanana: {
        apiKey: "simulated",
        baseURL: simulator.baseUrls[protocol],
        protocol,
        pollFirst: 20,
        pollCap: 50
      },
      imageDirectory: simulator.directory,
      home: join(simulator.directory, `home-${++homes}`),
      store: "sqlite"
    })
  ),
  pass: passReally,
  isSimulated: false,
  isLive: true
})

for (const [name, layerWith] of [
  ["Live.layer over sockets", Live.layerWith],
  ["HttpClientTransport over the host's client", HostHttpClient.layerWith]
] as const) {
  PromptEnhancerContract.suite(worldOver(name, layerWith, "nanobananaapi"))
  ImageGeneratorContract.suite(worldOver(name, layerWith, "nanobananaapi"))
  ImageGeneratorContract.suite(worldOver(name, layerWith, "generic"))
  IllustratorContract.suite(worldOver(name, layerWith, "nanobananaapi"))
}
