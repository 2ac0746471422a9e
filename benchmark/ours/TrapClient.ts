/**
 * The library end to end, on a base URL of a check.
 */
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Live from "../../layers/Live.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { settingsOf } from "./EndToEnd.ts"

/** Opens it. */
export const openClient = async (baseUrl: string) => {
  const runtime = ManagedRuntime.make(Live.layerWith(settingsOf(baseUrl)))
  const enhancer = await runtime.runPromise(PromptEnhancer)
  return (prompt: string) => runtime.runPromise(enhancer.enhance({ prompt }))
}
