import { assert, describe, it } from "@effect/vitest"
import { costJson, costLines } from "../../../apps/cli/CostReport.ts"
import { defaultOwner, Owner } from "../../../schemas/Identifiers.ts"
import { type CostLine } from "../../../src/money/CostLedger.ts"
import { groupCosts, noTotals } from "../../../src/money/SumCosts.ts"

const lineOf = (own: Partial<CostLine>): CostLine => ({
  ...noTotals,
  day: "2026-11-24",
  owner: defaultOwner,
  provider: "deepseek",
  operation: "chat",
  ...own
})

const lines = [
  lineOf({ granted: 3_000, spent: 1_000, available: 2_000 }),
  lineOf({ day: "2026-11-25", granted: 500, spent: 500, estimated: 500, unpriced: 2 }),
  lineOf({ provider: "nanobanana", operation: "submit", owner: Owner.make("other"), granted: 40_000, reserved: 40_000 })
]

const budget = {
  budget: "perDay",
  limitUsdMicros: 50_000,
  committedUsdMicros: 41_500,
  freesAt: Date.UTC(2026, 10, 26)
} as const
const findings = (by: "day" | "provider" | "operation" | "owner", budgets = [budget] as const) => ({
  by,
  query: {},
  groups: groupCosts(lines, by),
  budgets,
  owner: defaultOwner
})

describe("what ludeng cost prints", () => {
  it("is a table with a row for each group, their sum, and each budget", () => {
    assert.deepStrictEqual(costLines(findings("day")), [
      "day         granted  reserved    spent  estimated  unpriced",
      "2026-11-24   $0.043     $0.04   $0.001      $0.00         0",
      "2026-11-25  $0.0005     $0.00  $0.0005    $0.0005         2",
      "total       $0.0435     $0.04  $0.0015    $0.0005         2",
      "budget perDay: $0.0085 of $0.05 left, anew at 2026-11-26T00:00Z"
    ])
  })

  it("groups by what is asked for, in the order of the names", () => {
    const groupsBy = (by: "provider" | "operation" | "owner") =>
      costJson(findings(by)).groups.map((group) => [Reflect.get(group, by), group.spentUsdMicros])
    assert.deepStrictEqual(groupsBy("provider"), [
      ["deepseek", 1_500],
      ["nanobanana", 0]
    ])
    assert.deepStrictEqual(groupsBy("operation"), [
      ["chat", 1_500],
      ["submit", 0]
    ])
    assert.deepStrictEqual(groupsBy("owner"), [
      ["default", 1_500],
      ["other", 0]
    ])
  })

  it("is conserved in every group: granted = available + reserved + spent", () => {
    const { groups, total } = costJson(findings("owner"))
    for (const it of [...groups, total]) {
      assert.strictEqual(it.grantedUsdMicros, it.availableUsdMicros + it.reservedUsdMicros + it.spentUsdMicros)
    }
    assert.strictEqual(total.grantedUsdMicros, 43_500)
  })

  it("says so where there is nothing", () => {
    const nothing = { ...findings("day"), groups: [], budgets: [] }
    assert.deepStrictEqual(costLines(nothing), ["Nothing was reserved or spent."])
    assert.deepStrictEqual(costJson(nothing).groups, [])
  })
})
