/**
 * One quota for all processes that share a home, counted at the provider.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { ScriptDocument } from "../../mock-layers/simulation/Script.ts"
import type { RateLimit } from "../../schemas/RateLimit.ts"
import { startQuotaProcess } from "../support/QuotaProcess.ts"
import { startSimulator } from "../support/SimulatorProcess.ts"

const provider = Effect.gen(function* () {
  const { baseUrls, directory } = yield* Effect.acquireRelease(
    Effect.promise(() => startSimulator()),
    (simulator) => Effect.promise(() => simulator.stop())
  )
  const ask = <A>(path: string, body?: unknown) =>
    Effect.promise(async () => {
      const method = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }
      return (await (await fetch(`${new URL(baseUrls.deepseek).origin}/__simulator/${path}`, method)).json()) as A
    })
  return {
    baseURL: baseUrls.deepseek,
    home: directory,
    play: (script: ScriptDocument) => ask("script", script),
    requests: Effect.map(ask<{ readonly requests: number }>("totals"), (it) => it.requests),
    fullestWindow: (windowMillis: number) =>
      Effect.map(
        ask<{ readonly largestCount: number }>(`windows?operation=chat&window=${windowMillis}`),
        (it) => it.largestCount
      )
  }
})

const transit = { there: { from: 0, to: 60 }, back: { from: 0, to: 60 } }

describe.concurrent("a quota of a shared home", { timeout: 60_000 }, () => {
  it.live("is one for two processes at once: no window above its limit, and all of it used", () =>
    Effect.gen(function* () {
      const { baseURL, fullestWindow, home, play, requests } = yield* provider
      yield* play({ latency: 0, transit })
      const limits: ReadonlyArray<RateLimit> = [
        { requests: 6, window: 1 },
        { requests: 9, window: 2 }
      ]
      const begin = (name: string) => startQuotaProcess({ name, baseURL, home, limits, count: 14, concurrency: 14 })
      const both = [begin("one"), begin("two")]
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(both.map(({ ended }) => ended))), [0, 0])
      assert.deepStrictEqual(
        both.map((it) => it.answers()),
        [14, 14]
      )
      assert.strictEqual(yield* requests, 28)
      assert.strictEqual(yield* fullestWindow(1_000), 6)
      assert.strictEqual(yield* fullestWindow(2_000), 9)
    })
  )

  for (const [sentence, wallShiftMillis] of [
    ["is not given anew to the next process when one is killed in the middle of a window", 0],
    ["is not given anew to a process that starts with its wall clock an hour back", -3_600_000],
    ["is not given anew to a process that starts with its wall clock an hour ahead", 3_600_000]
  ] as const) {
    it.live(`${sentence}`, () =>
      Effect.gen(function* () {
        const { baseURL, fullestWindow, home, play } = yield* provider
        yield* play({ latency: 0, transit })
        const work = { baseURL, home, limits: [{ requests: 6, window: 3 }], count: 100, concurrency: 1 }
        const killed = startQuotaProcess({ ...work, name: "killed" })
        yield* Effect.promise(() => killed.answered(4))
        yield* Effect.promise(() => killed.kill())
        const next = startQuotaProcess({ ...work, name: "next", count: 8, concurrency: 8 }, wallShiftMillis)
        assert.strictEqual(yield* Effect.promise(() => next.ended), 0)
        assert.strictEqual(next.answers(), 8)
        assert.isAtMost(yield* fullestWindow(3_000), 6)
        assert.isAtLeast(yield* fullestWindow(3_000), 5)
      })
    )
  }
})
