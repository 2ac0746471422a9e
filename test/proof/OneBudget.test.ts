import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { oneBudget } from "../promises/OneBudget.ts"

const worlds = 2_000

describe("calls nested in any way", () => {
  it.effect(`send in ${worlds} worlds no more than any of them may, and nothing after its deadline`, () =>
    Effect.gen(function* () {
      let sent = 0
      for (let seed = 1_000; seed < 1_000 + worlds; seed++) sent += (yield* oneBudget(seed)).paidRequests
      assert.isAbove(sent, 3 * worlds)
    })
  )
})
