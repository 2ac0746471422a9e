import { describe, it } from "@effect/vitest"
import { paidOnceIn, paidOnceWorlds } from "../promises/PaidOnce.ts"

const seeds = Array.from({ length: 200 }, (_, index) => 1000 + index)

describe("an image request is charged at most once, and a charge is never lost", () => {
  for (const world of paidOnceWorlds) {
    const second = world.fallback === undefined ? "" : `, with ${world.fallback} to stand in`
    it.effect(`in ${seeds.length} worlds in which everything fails, over ${world.protocol}${second}`, () =>
      paidOnceIn(world, seeds)
    )
  }
})
