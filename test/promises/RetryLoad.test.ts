import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { outage } from "./RetryLoad.ts"

const story = { seed: 1, healthySeconds: 120, outageSeconds: 300 }

describe("in a total outage", () => {
  for (const rate of [0.2, 2]) {
    it.effect(`the extra load is a fifth of the first attempts and the floor, at ${rate} calls a second`, () =>
      Effect.gen(function* () {
        const { firsts, retries } = yield* outage({ ...story, rate, fault: "unavailable", isCircuitOn: false })
        assert.isAbove(firsts, 0.5 * rate * story.outageSeconds)
        // The budget is used, not only kept.
        assert.isAbove(retries, 0.15 * firsts)
      })
    )
  }

  it.effect("the extra load of calls that are told to slow down is bounded in the same way", () =>
    Effect.gen(function* () {
      const { retries } = yield* outage({ ...story, rate: 1, fault: "rate-limited", isCircuitOn: true })
      assert.isAbove(retries, 0)
    })
  )

  it.effect("with the circuit on next to nothing reaches the provider, and the operation comes back by itself", () =>
    Effect.gen(function* () {
      const { firsts, retries } = yield* outage({ ...story, rate: 2, fault: "unavailable", isCircuitOn: true })
      assert.isBelow(firsts + retries, 0.05 * 2 * story.outageSeconds)
    })
  )
})
