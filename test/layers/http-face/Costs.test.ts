/**
 * Costs over HTTP.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { CostsView } from "../../../schemas/http-face/CostsGroup.ts"
import type { ProblemDocument } from "../../../schemas/http-face/Problem.ts"
import * as Mock from "../../../mock-layers/Mock.ts"
import { as, asked, askedInTime, makeFace, namedAccess, post } from "./Face.ts"

describe("GET /v1/costs", () => {
  it.effect("tells an owner what his own calls have cost, and how his budgets stand", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace(namedAccess)
      const { json } = yield* askedInTime<{ readonly cost: { readonly usdMicros: number } }>(
        ask,
        "/v1/enhancements",
        post({ prompt: "a red fox" }, as("ada"))
      )
      const mine = yield* asked<CostsView>(ask, "/v1/costs?by=operation", { headers: as("ada") })
      assert.deepStrictEqual(
        mine.json.groups.map(({ group, spent }) => [group, spent]),
        [["chat", json.cost.usdMicros]]
      )
      assert.strictEqual(mine.json.total.spent, json.cost.usdMicros)
      // What all owners together have spent is no business of one of them.
      assert.deepStrictEqual(
        mine.json.budgets.map(({ budget, limitUsdMicros }) => [budget, limitUsdMicros]),
        [["perOwnerPerDay", 5_000_000]]
      )
      const foreign = yield* asked<CostsView>(ask, "/v1/costs", { headers: as("bob") })
      assert.strictEqual(foreign.json.total.spent, 0)
      const operator = yield* asked<CostsView>(ask, "/v1/costs", { headers: as("operator") })
      assert.strictEqual(operator.json.total.spent, 0)
      assert.deepStrictEqual(
        operator.json.budgets.map(({ budget }) => budget),
        ["perDay", "perOwnerPerDay"]
      )
    }).pipe(Effect.provide(Mock.layerWith({ settings: { budget: { perDay: 9_000_000, perOwnerPerDay: 5_000_000 } } })))
  )

  it.effect("names a day or a grouping that can not be", () =>
    Effect.gen(function* () {
      const ask = yield* makeFace()
      const { json, status } = yield* asked<ProblemDocument>(ask, "/v1/costs?since=yesterday&by=owner")
      assert.strictEqual(status, 400)
      assert.isAtLeast(json.errors?.length ?? 0, 1)
      assert.match(json.errors?.[0]?.field ?? "", /^query\.(since|by)$/)
    }).pipe(Effect.provide(Mock.layer))
  )
})
