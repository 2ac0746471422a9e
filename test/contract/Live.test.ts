import { afterAll } from "@effect/vitest"
import * as Live from "../../layers/Live.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"
import * as IllustratorContract from "./IllustratorContract.ts"
import * as ImageGeneratorContract from "./ImageGeneratorContract.ts"
import * as PromptEnhancerContract from "./PromptEnhancerContract.ts"
import { passReally, type World } from "./World.ts"

const simulator = await startSimulator(["--latency", "5"])
afterAll(() => simulator.stop())

const worldOver = (protocol: "nanobananaapi" | "generic"): World => ({
  name: `Live.layer over sockets, ${protocol}`,
  layer: Live.layerWith({
    deepseek: { apiKey: "sk-simulated", baseURL: simulator.baseUrls.deepseek },
    nanobanana: {
      apiKey: "simulated",
      baseURL: simulator.baseUrls[protocol],
      protocol,
      pollFirst: 20,
      pollCap: 50
    },
    imageDirectory: simulator.directory
  }),
  pass: passReally,
  isSimulated: false,
  isLive: true
})

PromptEnhancerContract.suite(worldOver("nanobananaapi"))
ImageGeneratorContract.suite(worldOver("nanobananaapi"))
ImageGeneratorContract.suite(worldOver("generic"))
IllustratorContract.suite(worldOver("nanobananaapi"))
