import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertFlaky, flaky, flakyOutcome } from "../promises/FlakyLoad.ts"

/** One caller, as many as there are slots, and more than these. */
const crowds = [
  { workers: 1 },
  { workers: 5 },
  { workers: 16, concurrency: 20 },
  { workers: 64, concurrency: 64 }
] as const

describe("a provider that fails one request in ten", () => {
  it.effect("lets 99.9 % of 20 000 enhancements through, by one caller and by 64", () =>
    Effect.gen(function* () {
      const outcomes = yield* Effect.forEach(crowds, (crowd, index) =>
        flakyOutcome({ seed: 100 + index, kind: "enhancements", calls: 5_000, script: flaky, ...crowd })
      )
      assertFlaky("enhancements", outcomes)
    })
  )

  it.effect("lets 99.5 % of 5 000 pictures through where no submit is lost, by one caller and by 64", () =>
    Effect.gen(function* () {
      const outcomes = yield* Effect.forEach(crowds, (crowd, index) =>
        flakyOutcome({ seed: 200 + index, kind: "images", calls: 1_250, script: flaky, ...crowd })
      )
      assertFlaky("images", outcomes)
    })
  )
})
