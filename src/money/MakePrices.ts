/**
 * Turns a price table into prices: pure arithmetic in whole micro-dollars, rounded up once per amount.
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
import type { ChatPrice, PriceTable, TokenRates } from "../../schemas/PriceTable.ts"
import type { ChatUsage } from "../provider/deepseek/DeepSeek.ts"
import type { PriceList, Prices } from "./Prices.ts"
import { dayOf } from "./UtcPeriods.ts"

/** The prices of a table, under whatever the settings say of their own. */
export const makePrices = (builtIn: PriceTable): Prices["Service"] => {
  const plain = priceList(builtIn)
  const lists = new WeakMap<PriceTable, PriceList>()
  return {
    of: ({ prices }) => {
      if (prices === undefined) return plain
      const known = lists.get(prices) ?? priceList(overTable(builtIn, prices))
      lists.set(prices, known)
      return known
    }
  }
}

/** One table over another: a model, a picture and the peak hours that `own` names are as it says. */
export const overTable = (below: PriceTable, own: PriceTable): PriceTable => ({
  asOf: own.asOf,
  sources: [...own.sources, ...below.sources],
  chat: { ...below.chat, ...own.chat },
  ...(own.peakHours === undefined ? pick(below) : pick(own)),
  images: [
    ...own.images,
    ...below.images.filter((it) => !own.images.some((other) => imageName(other) === imageName(it)))
  ]
})

const pick = ({ peakHours }: PriceTable) => (peakHours === undefined ? {} : { peakHours })

const imageName = ({ model, protocol, resolution }: PriceTable["images"][number]): string =>
  JSON.stringify([protocol, model, resolution])

/** The prices of a table. */
export const priceList = (table: PriceTable): PriceList => {
  const chatPrice = (model: string, at: number) =>
    Object.hasOwn(table.chat, model) ? inForce(table.chat[model] ?? [], at) : undefined
  return {
    asOf: table.asOf,
    chat: (model, usage, at) => {
      const price = chatPrice(model, at)
      const tokens = tokensOf(usage)
      if (price === undefined || tokens === undefined) return unknownCost
      const peak = price.peak !== undefined && isPeak(table, at)
      return costOf(tokens, ratesOf(price, peak), tokens.isExact && !peak ? "measured" : "estimated")
    },
    chatBound: (model, promptBytes, maximumTokens, at) => {
      const price = chatPrice(model, at)
      if (price === undefined) return unknownCost
      return costOf({ hit: 0, miss: promptBytes, output: maximumTokens }, ratesOf(price, true), "estimated")
    },
    chatLowest: (model, at) => {
      const price = chatPrice(model, at)
      if (price === undefined) return unknownCost
      return costOf({ hit: 0, miss: 0, output: 1 }, ratesOf(price, isPeak(table, at)), "estimated")
    },
    image: (plan, settings, at) => {
      const ofModel = table.images.filter((it) => it.protocol === plan.protocol && it.model === plan.model)
      const confirmed =
        inForce(
          ofModel.filter((it) => it.resolution === plan.resolution),
          at
        ) ??
        inForce(
          ofModel.filter((it) => it.resolution === undefined),
          at
        )
      if (confirmed !== undefined) return { usdMicros: confirmed.price, basis: "measured" }
      if (settings.priceUpperBound === undefined) return unknownCost
      return { usdMicros: settings.priceUpperBound, basis: "estimated" }
    }
  }
}

/** Of dated prices the one that holds: the latest that has begun, else the first to come. */
const inForce = <P extends { readonly validFrom: string }>(prices: ReadonlyArray<P>, at: number): P | undefined => {
  if (prices.length <= 1) return prices[0]
  const sorted = prices.toSorted((left, right) => (left.validFrom < right.validFrom ? -1 : 1))
  const day = dayOf(at)
  return sorted.findLast((it) => it.validFrom <= day) ?? sorted[0]
}

const ratesOf = (price: ChatPrice, isPeak: boolean): TokenRates =>
  isPeak ? (price.peak ?? price.offPeak) : price.offPeak

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
  return weekday >= 1 && weekday <= 5 && (table.peakHours ?? []).some((it) => hour >= it.from && hour < it.until)
}
