import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { makeRateLimiter, type PermitOptions } from "../../../../src/policy/rate-limit/RateLimiter.ts"
import { monotonicMillis } from "../../../../src/policy/deadline/Deadline.ts"

const startsWith = (limiter: Effect.Success<ReturnType<typeof makeRateLimiter>>) => {
  const starts: Array<readonly [name: string, at: number]> = []
  const call = (name: string, options: PermitOptions = {}, body: Effect.Effect<unknown> = Effect.void) =>
    limiter
      .run(
        Effect.andThen(
          Effect.map(monotonicMillis, (at) => starts.push([name, at])),
          body
        ),
        options
      )
      .pipe(Effect.forkChild({ startImmediately: true }))
  return { starts, call }
}

describe("RateLimiter", () => {
  it.effect("lets as many through as every tier allows, and the others in order when a window has room", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({
        limits: [
          { limit: 2, window: "1 second" },
          { limit: 3, window: "10 seconds" }
        ],
        accounting: "sent"
      })
      const { call, starts } = startsWith(limiter)
      yield* call("a")
      yield* call("b")
      yield* call("low", { priority: "low" })
      const gone = yield* call("gone", { priority: "high" })
      yield* call("high", { priority: "high" })
      yield* Fiber.interrupt(gone)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(starts, [
        ["a", 0],
        ["b", 0],
        ["high", 1_001],
        ["low", 10_010]
      ])
    })
  )

  it.effect("refuses on entry whom the windows can not serve within the wait he allows", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [{ limit: 1, window: "1 minute" }] })
      const { call } = startsWith(limiter)
      yield* call("first")
      const refused = yield* Effect.flip(limiter.run(Effect.void, { maximumWait: "59 seconds" }))
      assert.strictEqual(refused.reason, "RateLimitExceeded")
      const waiting = yield* Effect.forkChild(limiter.run(Effect.succeed("served"), { maximumWait: "61 seconds" }))
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* Fiber.join(waiting), "served")
    })
  )

  it.effect("runs a hundred thousand waiters one after the other without deep recursion", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [], concurrency: 1, queueLimit: 200_000 })
      let ran = 0
      const hold = yield* limiter.run(Effect.sleep("1 second")).pipe(Effect.forkChild({ startImmediately: true }))
      for (let index = 0; index < 100_000; index++) {
        yield* limiter.run(Effect.sync(() => (ran += 1))).pipe(Effect.forkChild({ startImmediately: true }))
      }
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(hold)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(ran, 100_000)
    })
  )
})
