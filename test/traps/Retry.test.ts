import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { RetryBudget } from "../../src/policy/retry/RetryBudget.ts"
import { ask, begin, chatDoor, countOf, passing, play } from "./TrapWorld.ts"

const manyPermits = { deepseek: { rateLimit: [], concurrency: 1_000 } } as const

describe("the retry budget", () => {
  it("lets a quiet operation retry, refuses a storm, and fills again when time passes", () => {
    const budget = new RetryBudget()
    const allowed = (times: number, now: number) =>
      Array.from({ length: times }, () => budget.withdraw(now)).filter((it) => it).length
    assert.strictEqual(allowed(100, 0), 3)
    assert.strictEqual(allowed(100, 9_999), 0)
    assert.strictEqual(allowed(100, 10_000), 3)
    for (const day of [1, 2, 3]) assert.strictEqual(allowed(100, day * 86_400_000), 3)
  })

  it("fills again with first attempts, and never beyond their share and what a quiet operation may", () => {
    const budget = new RetryBudget()
    let retries = 0
    for (let round = 0; round < 10_000; round++) {
      budget.deposit(round * 10)
      while (budget.withdraw(round * 10)) retries += 1
    }
    // 100 seconds: a fifth of the first attempts, and three in each ten seconds.
    assert.isAtLeast(retries, 2_000)
    assert.isAtMost(retries, 2_000 + 33)
  })

  it.effect("of a provider that is down bounds what it is asked, and lets retries be when it is well", () =>
    Effect.gen(function* () {
      const { circuit } = yield* chatDoor
      circuit.configure({ ...circuit.config, observeOnly: true })
      yield* play({ faults: [{ fault: "unavailable", operation: "chat" }] })
      const calls = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("10 minutes")
      const ends = yield* Effect.forEach(calls, Fiber.join)
      assert.isAtLeast(yield* countOf("chat"), 210)
      assert.isAtMost(yield* countOf("chat"), 200 + 40 + 10)
      assert.isTrue(
        ends.some(
          (it) => it._tag === "Failure" && "stoppedBy" in it.failure && it.failure.stoppedBy === "RetryBudgetExhausted"
        )
      )
      yield* play({ faults: [{ fault: "unavailable", operation: "chat", times: 2 }] })
      assert.strictEqual((yield* passing(ask("well again"), "5 minutes")).attempts, 3)
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )
})

describe("retries", () => {
  it.effect("of 429 end with the limit of retries, however long the call may take", () =>
    Effect.gen(function* () {
      const refused = yield* passing(Effect.flip(ask("fox")), "12 hours")
      assert.deepInclude(refused, { _tag: "ApiError", attempts: 4, stoppedBy: "AttemptsExhausted" })
      assert.strictEqual(yield* countOf("chat"), 4)
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "rate-limited", settings: manyPermits })))
  )

  it.effect("are not made of a paid submit whose answer was lost", () =>
    Effect.gen(function* () {
      const generate = ImageGenerator.use((it) => it.generate({ prompt: "fox" }, { deadline: Duration.minutes(30) }))
      yield* passing(Effect.flip(generate), "1 hour")
      assert.strictEqual(yield* countOf("submit"), 1)
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "lost-answer", operation: "submit" }] })))
  )

  it.effect("are waited for without a slot: another call passes meanwhile", () =>
    Effect.gen(function* () {
      const waiting = yield* begin(ask("fox"))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* countOf("chat"), 1)
      assert.strictEqual((yield* chatDoor).room.bulkhead.inUse, 0)
      assert.strictEqual((yield* passing(ask("owl"), "10 seconds")).attempts, 1)
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "Success")
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          retryAfter: "60",
          settings: { deepseek: { concurrency: 1, rateLimit: [] } },
          faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
        })
      )
    )
  )

  it.effect("of many who got one hint do not come back together", () =>
    Effect.gen(function* () {
      const calls = yield* Effect.forEach(
        Array.from({ length: 3 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(calls, Fiber.join)
      const back = (yield* MockHandle.use((it) => it.countedAt("chat"))).slice(3)
      assert.strictEqual(new Set(back).size, 3)
      for (const at of back) assert.isAtLeast(at, 30_000)
    }).pipe(
      Random.withSeed("three draws apart"),
      Effect.provide(
        Mock.layerWith({
          latency: 500,
          retryAfter: "30",
          settings: manyPermits,
          faults: [{ fault: "unavailable", operation: "chat", times: 3 }]
        })
      )
    )
  )

  it.effect("of many who were refused without a hint do not come back together when the door opens", () =>
    Effect.gen(function* () {
      const calls = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(calls, Fiber.join)
      const at = yield* MockHandle.use((it) => it.countedAt("chat"))
      const perInstant = new Map<number, number>()
      for (const instant of at.slice(40)) perInstant.set(instant, (perInstant.get(instant) ?? 0) + 1)
      assert.isAtLeast(at.length, 48)
      assert.isAtMost(Math.max(...perInstant.values()), 2)
    }).pipe(
      Random.withSeed("a crowd at the door"),
      Effect.provide(
        Mock.layerWith({
          latency: 20,
          settings: manyPermits,
          limits: [{ operation: "chat", requests: 5, window: "1 second" }]
        })
      )
    )
  )
})
