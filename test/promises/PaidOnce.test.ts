import { describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { paidOnce } from "./PaidOnce.ts"

describe("an image request is charged at most once, and a charge is never lost", () => {
  for (const protocol of ["nanobananaapi", "generic"] as const) {
    it.effect(
      `whatever fails, over ${protocol}`,
      () =>
        Effect.forEach(
          Array.from({ length: 15 }, (_, seed) => seed),
          (seed) => paidOnce(seed, protocol),
          { discard: true }
        ),
      60_000
    )
  }
})
