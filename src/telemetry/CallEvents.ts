/**
 * Where the pipeline tells what happens: one synchronous observer, so that telling costs a call next to nothing.
 */
import * as Context from "effect/Context"
import type { CallEvent } from "../../schemas/CallEvent.ts"

/** Called with each event, in order, in the fiber it happened in. It must not throw and not wait. */
export type CallObserver = (event: CallEvent) => void

/** The observer where nobody listens. */
export const nobody: CallObserver = () => {}

/**
 * The observer of a program, run besides the library's own log. Default: none.
 *
 * **When to use** Provide your own to count, show progress, or record: `Effect.provideService(CallEvents, observer)`
 * around the layer's building.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { CallEvents, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const told: Array<string> = []
 * const program = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })).pipe(
 *   Effect.provideService(CallEvents, (event) => {
 *     if ("callId" in event) told.push(event._tag)
 *   })
 * )
 * await Effect.runPromise(Effect.provide(program, Mock.layer))
 * told // => ["CacheAnswered", "CallStarted", "AttemptStarted", "AttemptSucceeded", "CallSucceeded", "CallEnded"]
 * ```
 */
export const CallEvents = Context.Reference<CallObserver>("@ludeng/providers/telemetry/CallEvents", {
  defaultValue: () => nobody
})
