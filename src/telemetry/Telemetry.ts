/**
 * What becomes of the events of a program: by default metrics (`CallMetrics.ts`). A host puts its own in that place.
 */
import * as Context from "effect/Context"
import type { CallObserver } from "./CallEvents.ts"

/**
 * The service.
 *
 * **When to use** To send what happens to a monitoring of your own: provide your layer to the composition, and it takes
 * the place of the metrics. To listen besides them, use `EventFeed`.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 * import { PromptEnhancer, Telemetry } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const told: Array<string> = []
 * const own = Layer.succeed(Telemetry, { observe: (event) => void told.push(event._tag) })
 * const composition = Mock.layer.pipe(Layer.provide(own))
 * const program = PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 * await Effect.runPromise(Effect.provide(program, composition))
 * told.includes("CallSucceeded") // => true
 * ```
 */
export class Telemetry extends Context.Service<
  Telemetry,
  {
    /** Told of every event, in the fiber it happened in: it must not wait. What it throws breaks no call, and is logged. */
    readonly observe: CallObserver
  }
>()("@ludeng/providers/telemetry/Telemetry") {}
