import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { sumOfTold } from "./WhatIsTold.ts"

describe("what is told of calls", () => {
  it.effect("has the money of the ledger, each failed request once, and the account of each failure under its id", () =>
    Effect.gen(function* () {
      const { failed, interrupted, spent, waitsEnded } = yield* sumOfTold(35, 20)
      assert.isAbove(spent, 1_000_000)
      assert.isAbove(waitsEnded, 50)
      assert.isAbove(failed, 20)
      assert.isAbove(interrupted, 3)
    })
  )
})
