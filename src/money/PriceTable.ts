/**
 * The price table: dated data with its sources, and nothing else. How a cost is made of it stands in `MakePrices.ts`.
 *
 * Prices move monthly. A host that knows better ones hands its own table to `makePrices`.
 *
 * **Gotchas** DeepSeek's peak hours do not count on Chinese public holidays, which no client knows for certain. No
 * price of nanobananaapi.ai is published, and the generic job API has none: `images` is empty.
 */
import type { ImageProtocolName } from "../../schemas/Provider.ts"

/** What tokens cost. **Units** micro-dollars per million tokens. */
export interface TokenRates {
  readonly cacheHit: number
  readonly cacheMiss: number
  /** Reasoning tokens included. */
  readonly output: number
}

/** What a model costs by the time of day. */
export interface ChatPrice {
  readonly offPeak: TokenRates
  readonly peak: TokenRates
}

/** A confirmed price of one picture. **Units** micro-dollars. */
export interface ImagePrice {
  readonly protocol: ImageProtocolName
  readonly model: string
  readonly resolution: string
  readonly usdMicros: number
}

/**
 * The table.
 *
 * **Units** `asOf` is the day it was read, `YYYY-MM-DD`; `peakHours` are half-open ranges of hours, UTC, on weekdays.
 */
export interface PriceTable {
  readonly asOf: string
  readonly sources: ReadonlyArray<string>
  readonly chat: Readonly<Record<string, ChatPrice>>
  readonly peakHours: ReadonlyArray<{ readonly from: number; readonly until: number }>
  readonly images: ReadonlyArray<ImagePrice>
}

const deepSeekFlash: ChatPrice = {
  offPeak: { cacheHit: 3_000, cacheMiss: 150_000, output: 600_000 },
  peak: { cacheHit: 6_000, cacheMiss: 300_000, output: 1_200_000 }
}

/**
 * The prices this version was released with.
 *
 * **Source** api-docs.deepseek.com/quick_start/pricing and its Chinese page, note 2, read 2026-11-23: the rates, the
 * peak hours (Monday to Friday, 01:00 to 04:00 and 06:00 to 10:00 UTC), and that the two older names are billed as
 * `deepseek-flash` (note 1).
 */
export const priceTable: PriceTable = {
  asOf: "2026-11-23",
  sources: [
    "https://api-docs.deepseek.com/quick_start/pricing",
    "https://api-docs.deepseek.com/zh-cn/quick_start/pricing"
  ],
  chat: {
    "deepseek-flash": deepSeekFlash,
    "deepseek-v4-flash": deepSeekFlash,
    "deepseek-v4-flash-vision-exp": deepSeekFlash,
    "deepseek-v4-pro": {
      offPeak: { cacheHit: 22_000, cacheMiss: 660_000, output: 1_980_000 },
      peak: { cacheHit: 44_000, cacheMiss: 1_320_000, output: 3_960_000 }
    }
  },
  peakHours: [
    { from: 1, until: 4 },
    { from: 6, until: 10 }
  ],
  images: []
}
