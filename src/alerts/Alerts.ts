/**
 * What a person should be told of now, and what is told: for whoever shows it, sends it, or decides on it.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Alert, AlertNotice } from "../../schemas/Alert.ts"

/**
 * The service. Nothing in it fails.
 *
 * **Details** It looks at once when something went wrong, a second after a call, then as long as calls come or
 * anything is watched; in a program where nothing happens no timer runs. What is seen, and when it is raised and resolved,
 * is the table of `AlertRules.ts`.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { AdmissionControl, Alerts, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   const control = yield* AdmissionControl
 *   control.door("deepseek", "chat").circuit.isolate(0)
 *   yield* Effect.exit(PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })))
 *   const [alert] = yield* Alerts.use((it) => it.active)
 *   return `${alert?.name}: ${alert?.subject}`
 * })
 * await Effect.runPromise(Effect.provide(program, Mock.layer)) // => "CircuitOpened: deepseek chat"
 * ```
 */
export class Alerts extends Context.Service<
  Alerts,
  {
    /**
     * The alerts that hold, the oldest first. It looks into memory and the ledger before it answers, and never answers
     * from a look that began before it was asked: those who ask during one share the next. Of more than 100 owners who
     * have called since, the others are looked at within the next seconds.
     */
    readonly active: Effect.Effect<ReadonlyArray<Alert>>
    /**
     * What is raised, escalated and resolved from now on; whoever begins to read makes it look. A reader who is slow loses
     * the oldest beyond 256.
     */
    readonly notices: Stream.Stream<AlertNotice>
  }
>()("@ludeng/providers/alerts/Alerts") {}
