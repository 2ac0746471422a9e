import { assert, describe, it } from "@effect/vitest"

type Words = (value: number | null) => string

/** A module of the page is no TypeScript. */
const { bytes, interval, money, roughMoney, span, words } = (await import(
  new URL("../../../apps/dashboard/Format.js", import.meta.url).href
)) as {
  readonly bytes: Words
  readonly money: Words
  readonly roughMoney: Words
  readonly span: Words
  readonly words: (name: string) => string
  readonly interval: (price: {
    readonly lowest: { readonly usdMicros: number | null }
    readonly highest: { readonly usdMicros: number | null }
  }) => string
}

describe("numbers as people read them", () => {
  it("a price is told to the micro-dollar below a dollar, a sum roughly", () => {
    assert.deepStrictEqual([0, 1, 8_103, 20_000, 138_051, 1_500_000, 1_234_567_890, null].map(money), [
      "$0.00",
      "$0.000001",
      "$0.008103",
      "$0.02",
      "$0.138051",
      "$1.50",
      "$1,234.57",
      "price not known"
    ])
    assert.deepStrictEqual([8_103, 138_051].map(roughMoney), ["$0.008103", "$0.1381"])
    assert.strictEqual(interval({ lowest: { usdMicros: 0 }, highest: { usdMicros: 20_000 } }), "$0.00 to $0.02")
    assert.strictEqual(interval({ lowest: { usdMicros: 0 }, highest: { usdMicros: 1_230_001 } }), "$0.00 to $1.24")
    assert.strictEqual(interval({ lowest: { usdMicros: 0 }, highest: { usdMicros: null } }), "price not known")
  })

  it("a span has its unit, and no more digits than it can bear", () => {
    assert.deepStrictEqual(
      [null, 0, 999, 1_000, 9_949, 31_000, 119_000, 120_000, 3_600_000, 90_000_000, 200_000_000].map(span),
      ["–", "0 ms", "999 ms", "1.0 s", "9.9 s", "31 s", "119 s", "2 min", "1 h", "25 h", "2 d"]
    )
  })

  it("a size has its unit, and a name of the code is told in words", () => {
    assert.deepStrictEqual([512, 65_536, 3_145_728].map(bytes), ["512 B", "64 KiB", "3.0 MiB"])
    assert.strictEqual(words("OutcomeUnknown"), "Outcome unknown")
  })
})
