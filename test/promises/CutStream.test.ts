import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { chanceOf, drawInt } from "../../mock-layers/simulation/SeededRandom.ts"
import { cuts, cutStream, recorded, wholeAt } from "./CutStream.ts"

describe("a stream that is cut", () => {
  it.effect("at any byte keeps all money, and is never taken for whole (a seeded part; all of it in the proof)", () =>
    Effect.gen(function* () {
      const chance = chanceOf(1, "cut")
      const drawn = Array.from({ length: 40 }, (_, at) => drawInt(chance, `${at}`, 0, recorded.length))
      const spent = { whole: new Set<number>(), cut: new Set<number>() }
      for (const after of [0, wholeAt - 1, wholeAt, wholeAt + 1, recorded.length, ...drawn]) {
        for (const cut of cuts) {
          const came = yield* cutStream(after, cut)
          spent[came.isWhole ? "whole" : "cut"].add(came.spent)
        }
      }
      // Two prices in all: the bound, and what was used.
      assert.strictEqual(spent.whole.size, 1)
      assert.strictEqual(spent.cut.size, 1)
    })
  )
})
