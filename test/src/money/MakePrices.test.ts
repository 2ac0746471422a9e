import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import type { ImagePlan } from "../../../schemas/Image.ts"
import { Cost } from "../../../schemas/Money.ts"
import { PriceTable } from "../../../schemas/PriceTable.ts"
import { NanoBananaSettings } from "../../../schemas/Settings.ts"
import { makePrices, overTable, priceList } from "../../../src/money/MakePrices.ts"
import { priceProblems } from "../../../src/money/PriceProblems.ts"
import { priceTable } from "../../../src/money/PriceTable.ts"
import type { ChatUsage } from "../../../src/provider/deepseek/DeepSeek.ts"

const prices = priceList(priceTable)
const at = (text: string): number => Date.parse(text)
const monday = at("2026-11-23T00:30:00Z")
const mondayPeak = at("2026-11-23T02:00:00Z")
const usage = (fields: Partial<ChatUsage>): ChatUsage => ({
  promptTokens: undefined,
  cacheHitTokens: undefined,
  cacheMissTokens: undefined,
  completionTokens: undefined,
  ...fields
})
const million = usage({
  promptTokens: 2_000_000,
  cacheHitTokens: 1_000_000,
  cacheMissTokens: 1_000_000,
  completionTokens: 1_000_000
})
const plan: ImagePlan = {
  protocol: "nanobananaapi",
  path: "/generate",
  model: "nano-banana",
  resolution: "1K",
  body: {},
  promptCharacters: 1,
  deviations: [],
  fit: "nearest"
}
const settings = Schema.decodeUnknownSync(NanoBananaSettings)({})

describe("makePrices", () => {
  it("prices a million tokens of each kind as the published table does", () => {
    assert.strictEqual(prices.asOf, "2026-11-23")
    assert.deepStrictEqual(prices.chat("deepseek-flash", million, monday), { usdMicros: 753_000, basis: "measured" })
    assert.deepStrictEqual(prices.chat("deepseek-flash", million, mondayPeak), {
      usdMicros: 1_506_000,
      basis: "estimated"
    })
    assert.deepStrictEqual(prices.chat("deepseek-v4-pro", million, monday), { usdMicros: 2_662_000, basis: "measured" })
    assert.deepStrictEqual(prices.chat("deepseek-v4-pro", million, mondayPeak), {
      usdMicros: 5_324_000,
      basis: "estimated"
    })
  })

  it("bills the two older names as deepseek-flash", () => {
    for (const model of ["deepseek-v4-flash", "deepseek-v4-flash-vision-exp"]) {
      assert.deepStrictEqual(prices.chat(model, million, monday), prices.chat("deepseek-flash", million, monday))
    }
  })

  it("rounds up to a whole micro-dollar, once", () => {
    const one = usage({ promptTokens: 1, cacheHitTokens: 1, cacheMissTokens: 0, completionTokens: 0 })
    assert.strictEqual(prices.chat("deepseek-flash", one, monday).usdMicros, 1)
    const several = usage({ promptTokens: 3, cacheHitTokens: 2, cacheMissTokens: 1, completionTokens: 1 })
    assert.strictEqual(prices.chat("deepseek-flash", several, monday).usdMicros, 1)
  })

  it.each([
    ["2026-11-23T00:59:59.999Z", false],
    ["2026-11-23T01:00:00Z", true],
    ["2026-11-23T03:59:59.999Z", true],
    ["2026-11-23T04:00:00Z", false],
    ["2026-11-23T05:59:59.999Z", false],
    ["2026-11-23T06:00:00Z", true],
    ["2026-11-23T09:59:59.999Z", true],
    ["2026-11-23T10:00:00Z", false],
    ["2026-11-27T02:00:00Z", true],
    ["2026-11-28T02:00:00Z", false],
    ["2026-11-29T08:00:00Z", false]
  ])("%s is a peak hour: %s", (instant, isPeak) => {
    assert.strictEqual(prices.chat("deepseek-flash", million, at(instant)).basis, isPeak ? "estimated" : "measured")
  })

  it("a model without a price costs null, not 0, whatever its name", () => {
    for (const model of ["gpt-9", "", "constructor", "__proto__"]) {
      assert.deepStrictEqual(prices.chat(model, million, monday), { usdMicros: null, basis: "unknown" })
      assert.deepStrictEqual(prices.chatBound(model, 1, 1, monday), { usdMicros: null, basis: "unknown" })
    }
  })

  it("without cache counts the whole prompt counts as missed, and the cost is an estimate", () => {
    const plain = usage({ promptTokens: 1_000_000, completionTokens: 0 })
    assert.deepStrictEqual(prices.chat("deepseek-flash", plain, monday), { usdMicros: 150_000, basis: "estimated" })
  })

  it("one of two cache counts is enough where the prompt's is there", () => {
    const byHit = usage({ promptTokens: 1_000_000, cacheHitTokens: 1_000_000, completionTokens: 0 })
    const byMiss = usage({ promptTokens: 1_000_000, cacheMissTokens: 0, completionTokens: 0 })
    assert.deepStrictEqual(prices.chat("deepseek-flash", byHit, monday), { usdMicros: 3_000, basis: "measured" })
    assert.deepStrictEqual(prices.chat("deepseek-flash", byMiss, monday), { usdMicros: 3_000, basis: "measured" })
  })

  it("both cache counts are enough without the prompt's", () => {
    const both = usage({ cacheHitTokens: 0, cacheMissTokens: 1_000_000, completionTokens: 0 })
    assert.deepStrictEqual(prices.chat("deepseek-flash", both, monday), { usdMicros: 150_000, basis: "measured" })
  })

  it("counts that contradict each other are priced at the dearer reading, as an estimate", () => {
    const less = usage({ promptTokens: 1_000_000, cacheHitTokens: 0, cacheMissTokens: 10, completionTokens: 0 })
    const more = usage({ promptTokens: 10, cacheHitTokens: 0, cacheMissTokens: 1_000_000, completionTokens: 0 })
    for (const counts of [less, more]) {
      assert.deepStrictEqual(prices.chat("deepseek-flash", counts, monday), { usdMicros: 150_000, basis: "estimated" })
    }
  })

  it.each([
    ["no answer count", { promptTokens: 5 }],
    ["no prompt count", { completionTokens: 5 }],
    ["half a prompt count", { cacheMissTokens: 5, completionTokens: 5 }],
    ["a negative count", { promptTokens: 5, completionTokens: -1 }],
    ["a fraction of a token", { promptTokens: 5, completionTokens: 0.5 }],
    ["not a number", { promptTokens: Number.NaN, completionTokens: 5 }],
    ["more tokens than can be counted", { promptTokens: Number.MAX_SAFE_INTEGER, completionTokens: 5 }]
  ])("with %s the cost is unknown", (_, fields) => {
    assert.deepStrictEqual(prices.chat("deepseek-flash", usage(fields), monday), { usdMicros: null, basis: "unknown" })
  })

  const Tokens = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400_000 }))
  it.prop(
    "the bound is never below what a call within it costs, at any hour",
    [Tokens, Tokens, Tokens, Tokens],
    ([hit, miss, completionTokens, minutes]) => {
      for (const model of Object.keys(priceTable.chat)) {
        const used = usage({ promptTokens: hit + miss, cacheHitTokens: hit, cacheMissTokens: miss, completionTokens })
        const cost = prices.chat(model, used, monday + minutes * 60_000)
        const bound = prices.chatBound(model, hit + miss, completionTokens, monday + minutes * 60_000)
        assert.isTrue(Schema.is(Cost)(cost) && Schema.is(Cost)(bound))
        assert.strictEqual(bound.basis, "estimated")
        assert.isAtMost(cost.usdMicros ?? Number.NaN, bound.usdMicros ?? Number.NaN)
      }
    }
  )

  it("a picture has no confirmed price: null, or the bound of the settings as an estimate", () => {
    assert.deepStrictEqual(prices.image(plan, settings, monday), { usdMicros: null, basis: "unknown" })
    assert.deepStrictEqual(prices.image(plan, { ...settings, priceUpperBound: 40_000 }, monday), {
      usdMicros: 40_000,
      basis: "estimated"
    })
  })

  it("a host's own table gives a picture its price, for that very model and resolution", () => {
    const own = priceList({
      ...priceTable,
      images: [{ protocol: plan.protocol, model: plan.model, resolution: "1K", validFrom: "2026-01-01", price: 20_000 }]
    })
    assert.deepStrictEqual(own.image(plan, { ...settings, priceUpperBound: 40_000 }, monday), {
      usdMicros: 20_000,
      basis: "measured"
    })
    assert.deepStrictEqual(own.image({ ...plan, resolution: "4K" }, settings, monday), {
      usdMicros: null,
      basis: "unknown"
    })
  })

  describe("dated and replaced", () => {
    const own = Schema.decodeUnknownSync(PriceTable)({
      asOf: "2027-01-02",
      chat: {
        "deepseek-flash": [
          { validFrom: "2027-02-01", offPeak: { cacheHit: 1, cacheMiss: 2, output: 3 } },
          { validFrom: "2026-10-01", offPeak: { cacheHit: 0.1, cacheMiss: 0.2, output: 0.3 } }
        ]
      },
      images: [
        { protocol: "nanobananaapi", model: "nano-banana", resolution: "1K", validFrom: "2027-01-01", price: 0.02 }
      ]
    })

    it("of several prices the latest that has begun holds, to the day; before the first, the first", () => {
      const dated = priceList(own)
      const output = usage({ promptTokens: 0, cacheHitTokens: 0, completionTokens: 1_000_000 })
      const priceAt = (text: string) => dated.chat("deepseek-flash", output, at(text)).usdMicros
      assert.strictEqual(priceAt("2027-01-31T23:59:59.999Z"), 300_000)
      assert.strictEqual(priceAt("2027-02-01T00:00:00Z"), 3_000_000)
      assert.strictEqual(priceAt("2020-01-01T00:00:00Z"), 300_000)
    })

    it("what the settings say goes over the built-in table, and leaves the rest of it", () => {
      const prices = makePrices(priceTable)
      const settled = prices.of({ prices: own })
      assert.strictEqual(settled.asOf, "2027-01-02")
      assert.strictEqual(settled.image(plan, settings, monday).usdMicros, 20_000)
      assert.deepStrictEqual(
        settled.chat("deepseek-v4-pro", million, monday),
        prices.of({}).chat("deepseek-v4-pro", million, monday)
      )
      assert.strictEqual(settled.chat("deepseek-flash", million, monday).usdMicros, 600_000)
      assert.strictEqual(prices.of({}).chat("deepseek-flash", million, monday).usdMicros, 753_000)
      assert.strictEqual(prices.of({ prices: own }), settled)
      assert.strictEqual(overTable(own, own).images.length, 1)
    })

    it("a picture without a price of its own resolution has that of the model, if there is one", () => {
      const generic = { protocol: "generic", model: "generic", validFrom: "2026-11-01" } as const
      const sized = priceList({
        ...priceTable,
        images: [
          { ...generic, price: 30_000 },
          { ...generic, resolution: "512x512", price: 10_000 }
        ]
      })
      const priceOf = (resolution: string) =>
        sized.image({ ...plan, protocol: "generic", model: "generic", resolution }, settings, monday).usdMicros
      assert.deepStrictEqual([priceOf("512x512"), priceOf("1024x768")], [10_000, 30_000])
      assert.strictEqual(sized.image(plan, settings, monday).usdMicros, null)
    })

    it("a model without a peak price costs the same all day, and is measured", () => {
      const flat = priceList(own)
      assert.deepStrictEqual(flat.chat("deepseek-flash", million, mondayPeak), {
        usdMicros: 600_000,
        basis: "measured"
      })
    })

    it("every problem of a table is named by its place, and no value is quoted", () => {
      const table = {
        asOf: "2026-13-40",
        chat: { some: [{ validFrom: "2026-10-01", offPeak: { cacheHit: -1, cacheMiss: 0.0000001 } }], none: [] },
        images: [{ protocol: "secret-word", model: "", resolution: "1K", validFrom: "2027-01-01", price: 0.02 }],
        currency: "EUR"
      }
      const problems = priceProblems(table, "LUDENG_PRICES")
      assert.deepStrictEqual(problems.map((it) => it.name).toSorted(), [
        "LUDENG_PRICES.asOf",
        "LUDENG_PRICES.chat.none",
        "LUDENG_PRICES.chat.some.0.offPeak.cacheHit",
        "LUDENG_PRICES.chat.some.0.offPeak.cacheMiss",
        "LUDENG_PRICES.chat.some.0.offPeak.output",
        "LUDENG_PRICES.currency",
        "LUDENG_PRICES.images.0.model",
        "LUDENG_PRICES.images.0.protocol"
      ])
      assert.isFalse(problems.some((it) => it.problem.includes("secret-word") || it.expected.includes("secret-word")))
      assert.strictEqual(priceProblems("prices.json", "prices").length, 1)
      assert.deepStrictEqual(priceProblems({ asOf: "2026-11-24" }, "prices"), [])
    })
  })
})
