/**
 * The library end to end, on a base URL of a check.
 */
import * as ManagedRuntime from "effect/ManagedRuntime"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { quiet } from "./EndToEnd.ts"

/** Opens it. */
export const openClient = async (baseUrl: string) => {
  const runtime = ManagedRuntime.make(quiet(baseUrl))
  const enhancer = await runtime.runPromise(PromptEnhancer)
  return (prompt: string) => runtime.runPromise(enhancer.enhance({ prompt }))
}
