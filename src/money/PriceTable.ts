/**
 * The prices this version was released with: dated data with its sources, and nothing else. Its form is
 * `schemas/PriceTable.ts`; how a cost is made of it stands in `MakePrices.ts`.
 *
 * Prices move monthly. What the setting `prices` says goes over this table.
 *
 * **Gotchas** DeepSeek's peak hours do not count on Chinese public holidays, which no client knows for certain. No
 * price of nanobananaapi.ai is published, and the generic job API has none: `images` is empty.
 */
import type { ChatPrice, PriceTable } from "../../schemas/PriceTable.ts"

/** The last change of DeepSeek's prices before they were read. */
const lastCut = "2026-09-10"

const deepSeekFlash: ReadonlyArray<ChatPrice> = [
  {
    validFrom: lastCut,
    offPeak: { cacheHit: 3_000, cacheMiss: 150_000, output: 600_000 },
    peak: { cacheHit: 6_000, cacheMiss: 300_000, output: 1_200_000 }
  }
]

/**
 * The table.
 *
 * **Units** micro-dollars per million tokens.
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
    "deepseek-v4-pro": [
      {
        validFrom: lastCut,
        offPeak: { cacheHit: 22_000, cacheMiss: 660_000, output: 1_980_000 },
        peak: { cacheHit: 44_000, cacheMiss: 1_320_000, output: 3_960_000 }
      }
    ]
  },
  peakHours: [
    { from: 1, until: 4 },
    { from: 6, until: 10 }
  ],
  images: []
}
