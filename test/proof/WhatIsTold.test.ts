import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { sumOfTold } from "../promises/WhatIsTold.ts"

describe("what is told of calls", () => {
  it.effect(
    "has the money of the ledger, each failed request once, and the account of each failure under its id",
    () =>
      Effect.gen(function* () {
        const { failed, interrupted, spent, waitsEnded } = yield* sumOfTold(1_000, 300)
        assert.isAbove(spent, 10_000_000)
        assert.isAbove(waitsEnded, 1_000)
        assert.isAbove(failed, 400)
        assert.isAbove(interrupted, 60)
      }),
    300_000
  )
})
