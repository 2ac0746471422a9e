import * as Mock from "../../mock-layers/Mock.ts"
import * as IllustratorContract from "./IllustratorContract.ts"
import * as ImageGeneratorContract from "./ImageGeneratorContract.ts"
import * as PromptEnhancerContract from "./PromptEnhancerContract.ts"
import { passVirtually, type World } from "./World.ts"

const world: World = { name: "Mock.layer", layer: Mock.layer, pass: passVirtually, isSimulated: true, isLive: false }
const generic: World = {
  ...world,
  name: "Mock.layer over the generic protocol",
  layer: Mock.layerWith({ settings: { nanobanana: { protocol: "generic" } } })
}

PromptEnhancerContract.suite(world)
ImageGeneratorContract.suite(world)
ImageGeneratorContract.suite(generic)
IllustratorContract.suite(world)
