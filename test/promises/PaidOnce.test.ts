import { describe, it } from "@effect/vitest"
import { paidOnceIn, paidOnceWorlds } from "./PaidOnce.ts"

const seeds = Array.from({ length: 15 }, (_, seed) => seed)

describe("an image request is charged at most once, and a charge is never lost", () => {
  for (const world of paidOnceWorlds) {
    const second = world.fallback === undefined ? "" : `, with ${world.fallback} to stand in`
    it.effect(`whatever fails, over ${world.protocol}${second}`, () => paidOnceIn(world, seeds), 60_000)
  }
})
