import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { BudgetName, Budgets } from "../../../schemas/Budget.ts"
import type { Cost } from "../../../schemas/Money.ts"
import {
  type BudgetLine,
  budgetLines,
  decideBudgets,
  decideUncounted,
  hasBudget,
  hasBudgetInTime
} from "../../../src/money/DecideBudgets.ts"
import { dayOf, monthOf, nextDay, nextMonth } from "../../../src/money/UtcPeriods.ts"

const budgetsOf = Schema.decodeUnknownSync(Budgets)
const none = budgetsOf({})
const cost = (usdMicros: number | null): Cost => ({ usdMicros, basis: usdMicros === null ? "unknown" : "estimated" })
const line = (own: Partial<BudgetLine> = {}): BudgetLine => ({
  budget: "perDay",
  limitUsdMicros: 100,
  committedUsdMicros: 60,
  freesAt: 5_000,
  ...own
})
const Amount = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))
const Lines = Schema.Array(
  Schema.Struct({
    budget: BudgetName,
    limitUsdMicros: Amount,
    committedUsdMicros: Amount,
    freesAt: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9_000 }))
  })
).check(Schema.isMaxLength(5))

describe("whether budgets allow an amount", () => {
  it("to the last micro-dollar, and not one more", () => {
    assert.isUndefined(decideBudgets([line()], cost(40), 0))
    assert.deepStrictEqual(decideBudgets([line()], cost(41), 1_000), {
      _tag: "BudgetExhausted",
      budget: "perDay",
      limitUsdMicros: 100,
      committedUsdMicros: 60,
      neededUsdMicros: 41,
      retryAfter: Duration.millis(4_000)
    })
  })

  it("what must be left for afterwards counts as needed, and nothing is needed for nothing", () => {
    assert.isUndefined(decideBudgets([line()], cost(10), 0, 30))
    assert.deepInclude(decideBudgets([line()], cost(10), 0, 31), { neededUsdMicros: 41 })
    assert.isUndefined(decideBudgets([line({ committedUsdMicros: 500 })], cost(0), 0, 1_000))
  })

  it("of several the one is named that frees last; what never frees goes before all", () => {
    const month = line({ budget: "perMonth", freesAt: 9_000 })
    const call = line({ budget: "perCall" })
    const { freesAt: _, ...ofCall } = call
    assert.deepInclude(decideBudgets([line(), month], cost(41), 0), { budget: "perMonth" })
    assert.deepInclude(decideBudgets([month, line()], cost(41), 0), { budget: "perMonth" })
    assert.deepInclude(decideBudgets([line(), ofCall, month], cost(41), 0), { budget: "perCall" })
    const never = decideBudgets([month, line()], cost(101), 0)
    assert.deepInclude(never, { budget: "perMonth" })
    assert.notProperty(never, "retryAfter")
  })

  it("an hour that is over is no time to wait", () => {
    assert.deepInclude(decideBudgets([line()], cost(41), 7_000), { retryAfter: Duration.zero })
  })

  it.prop(
    "granted exactly where it fits into each, whatever their order",
    [Lines, Amount, Amount],
    ([lines, amount, leaving]) => {
      const refusal = decideBudgets(lines, cost(amount), 0, leaving)
      const fits = lines.every((it) => it.committedUsdMicros + amount + leaving <= it.limitUsdMicros)
      assert.strictEqual(refusal === undefined, amount === 0 || fits)
      const other = decideBudgets(lines.toReversed(), cost(amount), 0, leaving)
      assert.strictEqual(other === undefined, refusal === undefined)
      if (refusal?._tag !== "BudgetExhausted") return
      const failing = lines.filter((it) => it.committedUsdMicros + amount + leaving > it.limitUsdMicros)
      const isHopeless = failing.some((it) => amount + leaving > it.limitUsdMicros)
      assert.strictEqual(refusal.retryAfter === undefined, isHopeless)
      if (refusal.retryAfter !== undefined) {
        const last = Math.max(...failing.map((it) => it.freesAt))
        assert.strictEqual(Duration.toMillis(refusal.retryAfter), last)
      }
    }
  )

  it("without a price it is refused under any budget, and granted without one", () => {
    assert.deepStrictEqual(decideBudgets([line()], cost(null), 0), { _tag: "PriceUnknown" })
    assert.isUndefined(decideBudgets([], cost(null), 0))
    assert.strictEqual(decideUncounted(none, cost(null)), "granted")
    for (const name of BudgetName.literals) {
      assert.deepStrictEqual(decideUncounted(budgetsOf({ [name]: 5 }), cost(null)), { _tag: "PriceUnknown" })
      assert.strictEqual(decideUncounted(budgetsOf({ [name]: 5 }), cost(0)), "granted")
      assert.isTrue(hasBudget(budgetsOf({ [name]: 0 })))
      assert.strictEqual(hasBudgetInTime(budgetsOf({ [name]: 0 })), name !== "perCall")
      const expected = name === "perCall" ? "granted" : "count"
      assert.strictEqual(decideUncounted(budgetsOf({ [name]: 5 }), cost(1)), expected)
    }
    assert.isFalse(hasBudget(none))
  })

  it("each budget counts what it is called after, and frees at the end of its day or month", () => {
    const now = Date.UTC(2026, 11, 31, 12)
    const committed = { day: 1, month: 2, ownerDay: 3, ownerMonth: 4 }
    const all = budgetsOf({ perCall: 9, perDay: 10, perMonth: 20, perOwnerPerDay: 30, perOwnerPerMonth: 40 })
    const year = Date.UTC(2027, 0, 1)
    assert.deepStrictEqual(budgetLines(all, committed, now), [
      { budget: "perDay", limitUsdMicros: 10, committedUsdMicros: 1, freesAt: year },
      { budget: "perMonth", limitUsdMicros: 20, committedUsdMicros: 2, freesAt: year },
      { budget: "perOwnerPerDay", limitUsdMicros: 30, committedUsdMicros: 3, freesAt: year },
      { budget: "perOwnerPerMonth", limitUsdMicros: 40, committedUsdMicros: 4, freesAt: year }
    ])
    assert.deepStrictEqual(budgetLines(none, committed, now), [])
  })
})

describe("days and months, UTC", () => {
  it.each([
    ["2026-11-24T00:00:00.000Z", "2026-11-24", "2026-11-25", "2026-12-01"],
    ["2026-11-24T23:59:59.999Z", "2026-11-24", "2026-11-25", "2026-12-01"],
    ["2028-02-29T12:00:00.000Z", "2028-02-29", "2028-03-01", "2028-03-01"],
    ["2026-12-31T23:59:59.999Z", "2026-12-31", "2027-01-01", "2027-01-01"],
    ["1970-01-01T00:00:00.000Z", "1970-01-01", "1970-01-02", "1970-02-01"]
  ])("%s is on %s, before %s and %s", (instant, day, tomorrow, month) => {
    const at = Date.parse(instant)
    assert.strictEqual(dayOf(at), day)
    assert.strictEqual(monthOf(day), day.slice(0, 7))
    assert.strictEqual(nextDay(at), Date.parse(`${tomorrow}T00:00:00Z`))
    assert.strictEqual(nextMonth(at), Date.parse(`${month}T00:00:00Z`))
  })
})
