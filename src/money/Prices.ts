/**
 * What things cost: a dated table with sources, replaceable.
 */
import * as Context from "effect/Context"
import type { ImagePlan } from "../../schemas/Image.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { NanoBananaSettings } from "../../schemas/Settings.ts"
import type { ChatUsage } from "../provider/deepseek/DeepSeek.ts"

/**
 * The service; pure functions over the table.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Prices } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const saturday = Date.UTC(2026, 10, 21)
 * const usage = { promptTokens: 200, cacheHitTokens: 150, cacheMissTokens: 50, completionTokens: 100 }
 * const cost = Prices.use((it) => Effect.succeed(it.chat("deepseek-flash", usage, saturday)))
 * await Effect.runPromise(Effect.provide(cost, Mock.layer)) // => { usdMicros: 68, basis: "measured" }
 * ```
 */
export class Prices extends Context.Service<
  Prices,
  {
    /** The day the table was read from its sources, `YYYY-MM-DD`. */
    readonly asOf: string
    /** What a completion used. **Units** `at` in milliseconds since 1970 (peak and off-peak differ). */
    readonly chat: (model: string, usage: ChatUsage, at: number) => Cost
    /** The most a completion can cost: the prompt's bytes as tokens and all of `maximumTokens`, at the peak price. */
    readonly chatBound: (model: string, promptBytes: number, maximumTokens: number) => Cost
    /** What a picture costs; the upper bound of the settings where no confirmed price exists. */
    readonly image: (plan: ImagePlan, settings: NanoBananaSettings) => Cost
  }
>()("@ludeng/providers/money/Prices") {}
