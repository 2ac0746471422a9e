import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { everyWorld, sweepForLeaks } from "../../mock-layers/leaks/LeakSweep.ts"
import { temporaryFolder } from "../support/TemporaryFolder.ts"

describe("the sweep for leaks", () => {
  it.live(
    "finds no key, no secret and no prompt in anything the live composition says or writes, in any situation",
    () =>
      Effect.gen(function* () {
        const { leaks, searched, worlds } = yield* sweepForLeaks({ folder: yield* temporaryFolder })
        assert.deepStrictEqual(leaks, [])
        assert.strictEqual(worlds, everyWorld.length)
        for (const sink of ["log", "span", "metric", "event", "error", "audit row", "file"] as const) {
          assert.isAbove(searched[sink] ?? 0, worlds, sink)
        }
      }),
    120_000
  )
})
