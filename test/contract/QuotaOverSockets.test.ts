import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { enforced, measureQuota } from "../proof/QuotaTraffic.ts"

const transit = { there: { from: 0, to: 100 }, back: { from: 0, to: 100 } }

describe.concurrent("a quota over real sockets", () => {
  it.live("fills no window at the provider above its limit, and is never refused by one that enforces the same", () =>
    Effect.gen(function* () {
      const limit = { requests: 10, window: 1 }
      const script = { transit, limits: [enforced(limit)] }
      const { atProvider } = yield* measureQuota({ limits: [limit], accounting: "answered", script, count: 25 })
      assert.deepStrictEqual(atProvider, [10])
    })
  )

  it.live("fills no window above its limit where permits are kept in a file", () =>
    Effect.gen(function* () {
      const limit = { requests: 10, window: 1 }
      const script = { transit, limits: [enforced(limit)] }
      const run = { limits: [limit], accounting: "answered", script, count: 25, store: "sqlite" } as const
      assert.deepStrictEqual((yield* measureQuota(run)).atProvider, [10])
    })
  )

  it.live("fills no window of two tiers above its limit", () =>
    Effect.gen(function* () {
      const limits = [
        { requests: 6, window: 1 },
        { requests: 9, window: 2 }
      ]
      const script = { transit, limits: limits.map((limit) => enforced(limit)) }
      const { atProvider } = yield* measureQuota({ limits, accounting: "answered", script, count: 15 })
      assert.deepStrictEqual(atProvider, [6, 9])
    })
  )
})
