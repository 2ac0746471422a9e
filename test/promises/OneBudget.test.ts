import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { oneBudget } from "./OneBudget.ts"

describe("calls nested in any way", () => {
  it.effect("send no more paid requests than any of them may, and complete no prompt after its deadline", () =>
    Effect.gen(function* () {
      let sent = 0
      let changed = 0
      for (let seed = 0; seed < 100; seed++) {
        const { paidRequests, rotated } = yield* oneBudget(seed)
        sent += paidRequests
        changed += rotated
      }
      assert.isAbove(sent, 300)
      assert.isAbove(changed, 50)
    })
  )
})
