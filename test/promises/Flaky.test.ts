import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { assertFlaky, flaky, flakyOutcome } from "./FlakyLoad.ts"

describe("a provider that fails one request in ten", () => {
  it.effect("lets 999 of 1000 enhancements through, at under three retries for each that failed first", () =>
    Effect.gen(function* () {
      const outcome = yield* flakyOutcome({ seed: 1, kind: "enhancements", calls: 2_000, workers: 5, script: flaky })
      assertFlaky("enhancements", [outcome])
    })
  )

  it.effect("lets 99 of 100 pictures through where no submit is lost", () =>
    Effect.gen(function* () {
      const outcome = yield* flakyOutcome({ seed: 1, kind: "images", calls: 100, workers: 5, script: flaky })
      assertFlaky("images", [outcome])
    })
  )
})
