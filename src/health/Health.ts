/**
 * How the program and its providers fare, for whoever asks: a load balancer, a dashboard, a person.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HealthReport } from "../../schemas/Health.ts"

/**
 * The service. It answers from memory: no file, no network, and it never fails.
 *
 * **Details** It knows what traffic shows, and what an active probe finds where one runs (`HealthProbe`). What makes a
 * provider `Degraded` or `Down` is the table of `DecideHealth.ts`.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Health, PromptEnhancer } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const program = Effect.gen(function* () {
 *   yield* PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" }))
 *   const { isReady, mode, providers } = yield* Health.use((it) => it.report)
 *   return [mode, isReady, ...providers.map(({ provider, status }) => `${provider} ${status}`)]
 * })
 * await Effect.runPromise(Effect.provide(program, Mock.layer)) // => ["simulated", true, "deepseek Healthy", "nanobanana Unknown"]
 * ```
 */
export class Health extends Context.Service<
  Health,
  {
    readonly report: Effect.Effect<HealthReport>
    /**
     * From now on the program is not ready (`ShuttingDown`): for whoever runs it, when it begins to end and before it
     * stops accepting, so that a load balancer sends its work elsewhere. There is no way back. `ludeng serve` does so.
     */
    readonly beginEnding: Effect.Effect<void>
  }
>()("@ludeng/providers/health/Health") {}
