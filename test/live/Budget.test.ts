/**
 * The budget of the tests on real providers holds without any provider.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { budgetOf } from "../../scripts/live-budget.ts"
import type { ExchangeRequest, Transport } from "../../src/transport/Transport.ts"
import { makeBudget, withBudget } from "./Budget.ts"

const request: ExchangeRequest = {
  provider: "nanobanana",
  operation: "submit",
  method: "POST",
  url: "https://provider.test/generate",
  body: "{}",
  timeout: Duration.seconds(1),
  maximumBytes: 1
}

describe("Budget", () => {
  it("the amount is read in dollars, ten cents by default, and nonsense is refused", () => {
    assert.strictEqual(budgetOf(undefined), 100_000)
    assert.strictEqual(budgetOf(" "), 100_000)
    assert.strictEqual(budgetOf("0.29"), 290_000)
    assert.strictEqual(budgetOf("0"), 0)
    for (const nonsense of ["-1", "1e3", "a lot", "0.1234567", "Infinity"]) assert.isUndefined(budgetOf(nonsense))
  })

  it.effect("what does not fit, or has no known bound, is never sent", () =>
    Effect.gen(function* () {
      let sent = 0
      const transport = {
        isSimulated: true,
        exchange: () => Effect.sync(() => ({ status: 200, headers: {}, body: new Uint8Array(++sent) })),
        stream: () => Effect.sync(() => ({ status: 200, headers: {}, body: Stream.make(new Uint8Array(++sent)) })),
        download: () => Effect.die(new Error("not asked for"))
      } satisfies Transport["Service"]
      const budget = makeBudget(100)
      const bounds = [60, 60, 40, undefined]
      const limited = withBudget(transport, budget, () => bounds.shift())
      const exits = yield* Effect.forEach([1, 2, 3, 4], (it) =>
        Effect.exit(it % 2 === 0 ? Effect.asVoid(limited.stream(request)) : Effect.asVoid(limited.exchange(request)))
      )
      assert.deepStrictEqual(
        exits.map((it) => it._tag),
        ["Success", "Failure", "Success", "Failure"]
      )
      assert.strictEqual(sent, 2)
      assert.strictEqual(budget.left(), 0)
      const refused = exits[1]?._tag === "Failure" ? String(Cause.squash(exits[1].cause)) : ""
      assert.include(refused, "LUDENG_LIVE_BUDGET")
    })
  )
})
