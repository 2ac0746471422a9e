/**
 * What things cost: a dated table with sources, under what the settings say of their own.
 */
import * as Context from "effect/Context"
import type { ImagePlan } from "../../schemas/Image.ts"
import type { Cost } from "../../schemas/Money.ts"
import type { NanoBananaSettings, Settings } from "../../schemas/Settings.ts"
import type { ChatUsage } from "../provider/deepseek/DeepSeek.ts"

/** The prices in force under some settings; pure functions. **Units** `at` in milliseconds since 1970. */
export interface PriceList {
  /** The day the table was read from its sources, `YYYY-MM-DD`. */
  readonly asOf: string
  /** What a completion used, at the price of the hour in which it was (peak and off-peak differ). */
  readonly chat: (model: string, usage: ChatUsage, at: number) => Cost
  /** The most a completion can cost: the prompt's bytes as tokens and all of `maximumTokens`, at the peak price. */
  readonly chatBound: (model: string, promptBytes: number, maximumTokens: number, at: number) => Cost
  /** The least a completion costs that is answered: one token. */
  readonly chatLowest: (model: string, at: number) => Cost
  /** What a picture costs; the upper bound of the settings where no confirmed price exists. */
  readonly image: (plan: ImagePlan, settings: NanoBananaSettings, at: number) => Cost
}

/**
 * The service. A call takes the prices of its own version of the settings, and keeps them to its end.
 *
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { LiveSettings, Prices } from "@ludeng/providers"
 * import * as Mock from "@ludeng/providers/mock-layers/Mock"
 *
 * const saturday = Date.UTC(2026, 10, 21)
 * const usage = { promptTokens: 200, cacheHitTokens: 150, cacheMissTokens: 50, completionTokens: 100 }
 * const cost = Effect.gen(function* () {
 *   const { settings } = yield* LiveSettings.use((it) => it.current)
 *   const prices = yield* Prices
 *   return prices.of(settings).chat("deepseek-flash", usage, saturday)
 * })
 * await Effect.runPromise(Effect.provide(cost, Mock.layer)) // => { usdMicros: 68, basis: "measured" }
 * ```
 */
export class Prices extends Context.Service<
  Prices,
  {
    readonly of: (settings: Pick<Settings, "prices">) => PriceList
  }
>()("@ludeng/providers/money/Prices") {}
