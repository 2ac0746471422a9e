import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Cost } from "../../../schemas/Money.ts"
import { CallSpending } from "../../../src/money/CallSpending.ts"
import type { Reservation } from "../../../src/money/CostLedger.ts"

const cost = (usdMicros: number): Cost => ({ usdMicros, basis: "measured" })

/** A ledger's reservation that notes how it ended. */
const noting = (ends: Array<number | "released">): Reservation => ({
  settle: (it) => Effect.sync(() => void ends.push(it.usdMicros ?? 0)),
  release: Effect.sync(() => void ends.push("released"))
})

describe("what one call has committed", () => {
  it.effect("is bounded by its budget, and what was settled for less is left for the rest of the call", () =>
    Effect.gen(function* () {
      const spending = new CallSpending()
      const ends: Array<number | "released"> = []
      const reserve = (amount: number, leaving = 0) =>
        spending.reserve(100, cost(amount), leaving, Effect.succeed(noting(ends)))
      const first = yield* reserve(70)
      assert.deepInclude(yield* Effect.flip(reserve(31)), { budget: "perCall", committedUsdMicros: 70 })
      yield* first.settle(cost(20))
      yield* first.settle(cost(20))
      yield* first.release
      assert.strictEqual((yield* Effect.flip(reserve(50, 31)))._tag, "BudgetExhausted")
      const second = yield* reserve(50, 30)
      yield* second.release
      yield* reserve(80)
      assert.deepStrictEqual(spending.lines(100), [{ budget: "perCall", limitUsdMicros: 100, committedUsdMicros: 100 }])
      // Each end is told to the ledger, which takes the first.
      assert.deepStrictEqual(ends, [20, 20, "released", "released"])
    })
  )

  it.effect("commits nothing where the ledger refuses, or is interrupted", () =>
    Effect.gen(function* () {
      const spending = new CallSpending()
      const refused = { _tag: "PriceUnknown" } as const
      assert.deepStrictEqual(yield* Effect.flip(spending.reserve(100, cost(70), 0, Effect.fail(refused))), refused)
      yield* Effect.exit(spending.reserve(100, cost(70), 0, Effect.interrupt))
      assert.strictEqual(spending.lines(100)[0]?.committedUsdMicros, 0)
      assert.deepStrictEqual(spending.lines("none"), [])
    })
  )
})
