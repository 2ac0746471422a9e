import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { cuts, cutStream, recorded } from "../promises/CutStream.ts"

describe("a stream that is cut", () => {
  it.effect("at every one of its bytes keeps all money, and is never taken for whole", () =>
    Effect.gen(function* () {
      let whole = 0
      for (let after = 0; after <= recorded.length; after++) {
        for (const cut of cuts) if ((yield* cutStream(after, cut)).isWhole) whole += 1
      }
      assert.isAbove(whole, 0)
    })
  )
})
