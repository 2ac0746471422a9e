/**
 * Turns a price table into the `Prices` service: pure arithmetic in whole micro-dollars, rounded up once per amount.
 *
 * What a cost is called: `measured` when the answer's usage and the published price of that hour give it; `estimated`
 * when it can only be lower than what is said, which is so in peak hours (a Chinese public holiday would halve it),
 * where the answer leaves open how many of the prompt's tokens were cached, and for every bound; `unknown` when there is
 * no price or no usage. An unknown cost is `null`, never 0.
 *
 * **Gotchas** DeepSeek does not say whether a request's hour is that of its start or its end: a call across the edge of
 * a peak is priced by the instant it is given.
 */
import { type Cost, type CostBasis, unknownCost } from "../../schemas/Money.ts"
import type { ChatUsage } from "../provider/deepseek/DeepSeek.ts"
import type { Prices } from "./Prices.ts"
import type { PriceTable, TokenRates } from "./PriceTable.ts"

/** The `Prices` of a table. */
export const makePrices = (table: PriceTable): Prices["Service"] => {
  const chatPrice = (model: string) => (Object.hasOwn(table.chat, model) ? table.chat[model] : undefined)
  return {
    asOf: table.asOf,
    chat: (model, usage, at) => {
      const price = chatPrice(model)
      const tokens = tokensOf(usage)
      if (price === undefined || tokens === undefined) return unknownCost
      const peak = isPeak(table, at)
      return costOf(tokens, peak ? price.peak : price.offPeak, tokens.isExact && !peak ? "measured" : "estimated")
    },
    chatBound: (model, promptBytes, maximumTokens) => {
      const price = chatPrice(model)
      if (price === undefined) return unknownCost
      return costOf({ hit: 0, miss: promptBytes, output: maximumTokens }, price.peak, "estimated")
    },
    image: (plan, settings) => {
      const confirmed = table.images.find(
        (it) => it.protocol === plan.protocol && it.model === plan.model && it.resolution === plan.resolution
      )
      if (confirmed !== undefined) return { usdMicros: confirmed.usdMicros, basis: "measured" }
      if (settings.priceUpperBound === undefined) return unknownCost
      return { usdMicros: settings.priceUpperBound, basis: "estimated" }
    }
  }
}

interface Tokens {
  readonly hit: number
  readonly miss: number
  readonly output: number
}

/**
 * The tokens to be paid for. What is not said to be a cache hit counts as a miss, the dearer of the two; without the
 * prompt's or the answer's count there is nothing to go by.
 */
const tokensOf = (usage: ChatUsage): (Tokens & { readonly isExact: boolean }) | undefined => {
  const prompt = count(usage.promptTokens)
  const output = count(usage.completionTokens)
  const saidMiss = count(usage.cacheMissTokens)
  const hit =
    count(usage.cacheHitTokens) ??
    (prompt !== undefined && saidMiss !== undefined ? Math.max(0, prompt - saidMiss) : undefined)
  if (output === undefined || (prompt === undefined && (hit === undefined || saidMiss === undefined))) return undefined
  const miss = Math.max((prompt ?? 0) - (hit ?? 0), saidMiss ?? 0)
  const isExact = hit !== undefined && hit + miss === (prompt ?? hit + miss) && (saidMiss ?? miss) === miss
  return { hit: hit ?? 0, miss, output, isExact }
}

const count = (tokens: number | undefined): number | undefined =>
  tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined

const costOf = (tokens: Tokens, rates: TokenRates, basis: Exclude<CostBasis, "unknown">): Cost => {
  const total = tokens.hit * rates.cacheHit + tokens.miss * rates.cacheMiss + tokens.output * rates.output
  return Number.isSafeInteger(total) ? { usdMicros: Math.ceil(total / 1_000_000), basis } : unknownCost
}

const dayMillis = 86_400_000
const hourMillis = 3_600_000

const isPeak = (table: PriceTable, at: number): boolean => {
  // 1970-01-01 was a Thursday; 0 is Sunday.
  const weekday = (Math.floor(at / dayMillis) + 4) % 7
  const hour = (at % dayMillis) / hourMillis
  return weekday >= 1 && weekday <= 5 && table.peakHours.some((it) => hour >= it.from && hour < it.until)
}
