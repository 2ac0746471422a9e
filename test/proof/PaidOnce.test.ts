import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { paidOnce } from "../promises/PaidOnce.ts"

const worlds = 200

describe("an image request is charged at most once, and a charge is never lost", () => {
  for (const protocol of ["nanobananaapi", "generic"] as const) {
    it.effect(`in ${worlds} worlds in which everything fails, over ${protocol}`, () =>
      Effect.forEach(
        Array.from({ length: worlds }, (_, index) => 1000 + index),
        (seed) => paidOnce(seed, protocol),
        {
          discard: true
        }
      )
    )
  }
})
