/** What is held for a picture that either of two accounts may make, and budgets that one of them can not be counted by. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ImageProtocolName } from "../../../schemas/Provider.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { failedAttempt, type FakeScript } from "../../support/FakeImageProvider.ts"
import { generate, inWorld, jobs, passing, submitsOf, totals } from "./ImageWorld.ts"

const broke: FakeScript = { submit: [failedAttempt("submit", { _tag: "InsufficientBalance" }, "Refused")] }

/** Prices of the accounts by protocol, in dollars; without one there is none, and no upper bound either. */
const priced = (
  prices: { readonly [P in ImageProtocolName]?: number },
  budget: NonNullable<SettingsDocument["budget"]> = {}
): SettingsDocument => ({
  budget,
  nanobanana: { priceUpperBound: undefined } as unknown as NonNullable<SettingsDocument["nanobanana"]>,
  prices: {
    asOf: "2026-11-24",
    images: Object.entries(prices).map(([protocol, price]) => ({
      protocol: protocol as ImageProtocolName,
      model: protocol,
      resolution: "1x1",
      validFrom: "2026-11-01",
      price
    }))
  }
})

describe("the money of a picture that two accounts may make", () => {
  it.effect("holds the dearer price, and settles the one of the account that made it", () =>
    inWorld({ first: broke, second: {}, settings: priced({ generic: 0.02, nanobananaapi: 0.05 }) }, () =>
      Effect.gen(function* () {
        const image = yield* passing(generate())
        assert.strictEqual(image.provenance._tag, "OtherProvider")
        assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 50_000 })
      })
    )
  )

  it.effect("needs the dearer price of its budget", () =>
    inWorld({ second: {}, settings: priced({ generic: 0.02, nanobananaapi: 0.05 }, { perDay: 49_999 }) }, (requests) =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(passing(generate()))
        assert.deepInclude(refused.reason, { _tag: "BudgetExhausted", neededUsdMicros: 50_000 })
        assert.deepStrictEqual([yield* jobs, requests], [[], []])
        // Who takes no other account needs only the price of the first.
        assert.strictEqual((yield* passing(generate({ accept: ["Live"] }))).provenance._tag, "Live")
      })
    )
  )

  it.effect("never goes to an account without a price while a budget is set; without one it does", () =>
    Effect.gen(function* () {
      yield* inWorld(
        { first: broke, second: {}, settings: priced({ generic: 0.02 }, { perMonth: 900_000 }) },
        (requests) =>
          Effect.gen(function* () {
            const failure = yield* Effect.flip(passing(generate()))
            assert.strictEqual(failure.reason._tag, "InsufficientBalance")
            assert.deepStrictEqual(submitsOf(requests, "second"), [])
            assert.deepStrictEqual(yield* totals, { reserved: 0, spent: 0 })
          })
      )
      yield* inWorld({ first: broke, second: {}, settings: priced({ generic: 0.02 }) }, () =>
        Effect.gen(function* () {
          const { cost } = yield* passing(generate())
          assert.deepStrictEqual(cost, { usdMicros: null, basis: "unknown" })
        })
      )
    })
  )

  it.effect("is refused where the first account has no price, whatever the other one takes", () =>
    inWorld({ second: {}, settings: priced({ nanobananaapi: 0.05 }, { perCall: 900_000 }) }, (requests) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(passing(generate()))).reason._tag, "PriceUnknown")
        assert.deepStrictEqual(requests, [])
      })
    )
  )
})
