import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { outage } from "../promises/RetryLoad.ts"

const story = { healthySeconds: 120, outageSeconds: 600 }

describe("in a total outage of ten minutes", () => {
  for (const [index, rate] of [0.05, 0.5, 2, 10, 30].entries()) {
    it.effect(`the extra load is a fifth of the first attempts and the floor, at ${rate} calls a second`, () =>
      Effect.gen(function* () {
        const { firsts, retries } = yield* outage({
          ...story,
          seed: 10 + index,
          rate,
          fault: "unavailable",
          isCircuitOn: false
        })
        assert.isAbove(firsts, 0.5 * rate * story.outageSeconds)
        assert.isAbove(retries, 0.15 * firsts)
      })
    )

    it.effect(`with the circuit on it is no more, at ${rate} calls a second`, () =>
      Effect.gen(function* () {
        const { firsts, retries } = yield* outage({
          ...story,
          seed: 20 + index,
          rate,
          fault: "unavailable",
          isCircuitOn: true
        })
        assert.isAtMost(firsts + retries, Math.max(30, 0.5 * rate * story.outageSeconds))
      })
    )
  }

  for (const fault of ["rate-limited", "reset", "blank-200"] as const) {
    it.effect(`it is bounded also where requests end by ${fault}`, () =>
      outage({ ...story, seed: 30, rate: 2, fault, isCircuitOn: false })
    )
  }
})
