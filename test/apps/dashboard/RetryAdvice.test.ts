/** What the page says of a retry, by what the service would do with it. */
import { assert, describe, it } from "@effect/vitest"
import type { DeadLetterOverview } from "../../../schemas/Overview.ts"
import { retryRefusal } from "../../../src/dead-letter/RetryRule.ts"

interface Advice {
  readonly canRetry: boolean
  readonly note: string
  readonly label?: string
  readonly priceText?: string
  readonly confirm?: string
  readonly body?: { readonly force?: boolean; readonly confirmedUsdMicros?: number }
}
type Letter = Pick<DeadLetterOverview, "kind" | "price" | "refusal">

/** A module of the page is no TypeScript. */
const { retryAdvice } = (await import(new URL("../../../apps/dashboard/RetryAdvice.js", import.meta.url).href)) as {
  readonly retryAdvice: (letter: Letter, hasBudget: boolean) => Advice
}

const priceOf = (usdMicros: number | null) => {
  const cost = { usdMicros, basis: usdMicros === null ? ("unknown" as const) : ("estimated" as const) }
  return { lowest: cost, highest: cost }
}

describe("the advice on a retry", () => {
  it("is a button only where the service would take what the button sends", () => {
    const request = { _tag: "Image" as const, request: { prompt: "a red fox" } }
    for (const outcome of ["Unknown", "Refused"] as const) {
      for (const usdMicros of [null, 0, 20_000]) {
        const letter = {
          kind: "Image" as const,
          state: { _tag: "Waiting" as const },
          request,
          failure: { outcome, operation: "submit" }
        } as unknown as Parameters<typeof retryRefusal>[0]
        const price = priceOf(usdMicros)
        const refusal = retryRefusal(letter, undefined, {}, price)?.problem ?? null
        const { body, canRetry } = retryAdvice({ kind: "Image", price, refusal }, false)
        const isTaken = [body, { force: true, confirmedUsdMicros: 1_000_000_000 }].some(
          (word) => word !== undefined && retryRefusal(letter, undefined, word, price) === undefined
        )
        assert.strictEqual(canRetry, isTaken, `${outcome} ${usdMicros}`)
        if (canRetry) assert.isUndefined(retryRefusal(letter, undefined, body ?? {}, price))
      }
    }
  })

  it("without a price and with an unknown outcome says which setting helps, and has no button", () => {
    const image = retryAdvice({ kind: "Image", price: priceOf(null), refusal: "OutcomeUnknown" }, false)
    assert.isFalse(image.canRetry)
    assert.include(image.note, "NANOBANANA_PRICE_UPPER_BOUND")
    assert.isUndefined(image.label)
  })

  it("without a price, and a known outcome, says so plainly; where a budget would refuse it, there is no button", () => {
    const letter: Letter = { kind: "Illustration", price: priceOf(null), refusal: null }
    const free = retryAdvice(letter, false)
    assert.deepStrictEqual([free.label, free.confirm], ["Retry · price not known", "Retry, price not known"])
    assert.deepStrictEqual(free.body, {})
    const bounded = retryAdvice(letter, true)
    assert.isFalse(bounded.canRetry)
    assert.include(bounded.note, "NANOBANANA_PRICE_UPPER_BOUND")
    assert.include(retryAdvice({ ...letter, kind: "Enhancement" }, true).note, "LUDENG_PRICES")
  })

  it("names the price on the button, and confirms exactly the most it can cost", () => {
    const { body, canRetry, confirm, label, note } = retryAdvice(
      { kind: "Image", price: priceOf(20_000), refusal: "OutcomeUnknown" },
      true
    )
    assert.deepStrictEqual([canRetry, label, confirm], [true, "Retry · up to $0.02", "Pay again, up to $0.02"])
    assert.include(note, "Nobody knows")
    assert.deepStrictEqual(body, { force: true, confirmedUsdMicros: 20_000 })
    assert.strictEqual(
      retryAdvice({ kind: "Enhancement", price: priceOf(0), refusal: null }, true).confirm,
      "Retry for free"
    )
  })

  it("says what stands against it in words", () => {
    const note = (refusal: string) => retryAdvice({ kind: "Image", price: null, refusal }, false)
    assert.deepStrictEqual(note("JobLivesOn"), { canRetry: false, note: "Its job lives on: see the jobs." })
    assert.deepStrictEqual(note("SomethingNew"), { canRetry: false, note: "Something new" })
  })
})
