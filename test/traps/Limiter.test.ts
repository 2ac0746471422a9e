import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { monotonicMillis } from "../../src/policy/deadline/Deadline.ts"
import { makeRateLimiter } from "../../src/policy/rate-limit/RateLimiter.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { ask, begin, chatDoor, countOf, passing, play, requestsOf, taken, withWallClock } from "./TrapWorld.ts"

const limited = (requests: number, window: number, own: SettingsDocument["deepseek"] = {}): SettingsDocument => ({
  deepseek: { rateLimit: { requests, window }, ...own }
})

/** The prompts of the completions that reached the provider, in order. */
const prompts = (names: ReadonlyArray<string>) =>
  Effect.map(requestsOf("chat"), (all) =>
    all.map(({ body }) => names.find((name) => JSON.stringify(body).includes(`fox ${name}`)))
  )

describe("a limit", () => {
  it.effect("is not passed in any window, with forty who come at once and others who keep coming", () =>
    Effect.gen(function* () {
      const calls = yield* Effect.forEach(
        Array.from({ length: 60 }, (_, index) => index),
        (index) => Effect.andThen(TestClock.adjust(index < 40 ? 0 : "7 seconds"), begin(ask(`fox ${index}`)))
      )
      yield* TestClock.adjust("20 minutes")
      yield* Effect.forEach(calls, Fiber.join)
      assert.strictEqual(yield* countOf("chat"), 60)
      assert.strictEqual(yield* MockHandle.use((it) => it.largestCountInWindow("chat", 60_000)), 10)
    }).pipe(Effect.provide(Mock.layerWith({ settings: limited(10, 60) })))
  )

  it.effect("gives no burst when the wall clock is put forward, and holds nobody longer when it is put back", () =>
    withWallClock((put) =>
      Effect.gen(function* () {
        const limiter = yield* makeRateLimiter({ limits: [{ limit: 1, window: "1 minute" }], accounting: "sent" })
        const starts: Array<number> = []
        const call = limiter.run(
          Effect.map(monotonicMillis, (at) => starts.push(at)),
          { maximumWait: "10 minutes" }
        )
        for (let index = 0; index < 4; index++) yield* begin(call)
        put("1 day")
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(starts, [0])
        put("-2 days")
        yield* TestClock.adjust("5 minutes")
        assert.deepStrictEqual(starts, [0, 60_060, 120_120, 180_180])
      })
    )
  )

  it.effect("ends a call by its deadline as it would have, whatever becomes of the wall clock", () =>
    withWallClock((put) =>
      Effect.gen(function* () {
        yield* play({ faults: [{ fault: "silence", operation: "chat" }] })
        const call = yield* begin(ask("fox", { deadline: Duration.seconds(5) }))
        put("-1 day")
        yield* TestClock.adjust("4900 millis")
        assert.isUndefined(call.pollUnsafe())
        put("3 days")
        yield* TestClock.adjust("200 millis")
        assert.strictEqual((yield* Fiber.join(call))._tag, "Failure")
      }).pipe(Effect.provide(Mock.layerWith({ settings: limited(10, 60) })))
    )
  )

  it.effect("counts nothing for a call that is refused for its input, its circuit or its turn", () =>
    Effect.gen(function* () {
      yield* passing(ask("fox one"))
      const before = yield* taken
      assert.strictEqual((yield* Effect.flip(ask(""))).reason._tag, "InputRejected")
      assert.strictEqual(
        (yield* Effect.flip(ask("fox two", { deadline: Duration.seconds(1) }))).reason._tag,
        "RateLimitExceeded"
      )
      assert.deepStrictEqual(yield* taken, before)
      const { circuit } = yield* chatDoor
      circuit.isolate(0)
      assert.strictEqual((yield* Effect.flip(ask("fox three"))).reason._tag, "Isolated")
      assert.deepStrictEqual({ ...(yield* taken), circuit: before.circuit }, before)
      assert.strictEqual(yield* countOf("chat"), 1)
    }).pipe(Effect.provide(Mock.layerWith({ settings: limited(1, 600) })))
  )

  it.effect("sends nobody whose circuit opened while he waited for his turn", () =>
    Effect.gen(function* () {
      yield* passing(ask("fox one"))
      const waiting = yield* begin(ask("fox two"))
      yield* TestClock.adjust("5 minutes")
      assert.isUndefined(waiting.pollUnsafe())
      const { circuit } = yield* chatDoor
      circuit.isolate(0)
      yield* TestClock.adjust(0)
      const refused = yield* Effect.flip(Effect.fromResult(yield* Fiber.join(waiting)))
      assert.deepInclude(refused, { _tag: "Rejection", reason: { _tag: "Isolated" } })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* countOf("chat"), 1)
    }).pipe(Effect.provide(Mock.layerWith({ settings: limited(1, 600) })))
  )

  it.effect("admits one of the many who wake for one permit, and the others wait on", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [{ limit: 1, window: "1 second" }], concurrency: 1 })
      let inside = 0
      let most = 0
      const body = Effect.gen(function* () {
        most = Math.max(most, ++inside)
        yield* Effect.sleep("3 seconds")
        inside -= 1
      })
      const calls = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        begin(limiter.run(body, { maximumWait: "1 hour" }))
      )
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([most, (yield* limiter.usage).waiting], [1, 17])
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(calls, Fiber.join)
      assert.strictEqual(most, 1)
    })
  )

  it.effect("of submits is not used by the polls and downloads of what was submitted", () =>
    Effect.gen(function* () {
      for (let index = 0; index < 2; index++) {
        yield* passing(
          ImageGenerator.use((it) => it.generate({ prompt: `fox ${index}` })),
          "5 minutes"
        )
      }
      assert.isAtLeast(yield* countOf("status"), 2)
      const control = yield* AdmissionControl
      const used = (operation: "submit" | "status" | "download") =>
        Effect.map(monotonicMillis, (now) =>
          control
            .door("nanobanana", operation)
            .lane.store.usage(Math.floor(now))
            .map((it) => it.used)
        )
      assert.deepStrictEqual(yield* used("submit"), [2])
      assert.deepStrictEqual(yield* used("status"), [yield* countOf("status")])
      assert.deepStrictEqual(yield* used("download"), [yield* countOf("download")])
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          settings: {
            nanobanana: {
              rateLimit: { requests: 2, window: 3600 },
              rateLimits: { status: { requests: 100, window: 3600 }, download: { requests: 100, window: 3600 } }
            }
          }
        })
      )
    )
  )

  it.effect("is the account's: another key brings no new permits", () =>
    Effect.gen(function* () {
      yield* passing(ask("fox one"))
      yield* LiveSettings.use((it) => it.update({ deepseek: { apiKey: "another-simulated-key" } }))
      const refused = yield* Effect.flip(ask("fox two", { deadline: Duration.minutes(30) }))
      assert.strictEqual(refused.reason._tag, "RateLimitExceeded")
      assert.strictEqual(yield* countOf("chat"), 1)
    }).pipe(Effect.provide(Mock.layerWith({ settings: limited(1, 3600) })))
  )
})

describe("whoever is answered 429", () => {
  it.effect("keeps his place: he goes before those who came after him, and not to the tail", () =>
    Effect.gen(function* () {
      const names = ["a", "b", "c"]
      const calls = yield* Effect.forEach(names, (name) =>
        Effect.andThen(TestClock.adjust("1 second"), begin(ask(`fox ${name}`)))
      )
      yield* TestClock.adjust("1 hour")
      yield* Effect.forEach(calls, Fiber.join)
      assert.deepStrictEqual(yield* prompts(names), ["a", "a", "b", "c"])
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          latency: 10_000,
          settings: limited(1, 60),
          faults: [{ fault: "rate-limited", operation: "chat", times: 1 }]
        })
      )
    )
  )

  it.effect("does not overtake those of a higher priority", () =>
    Effect.gen(function* () {
      const low = yield* begin(ask("fox low", { priority: "low" }))
      yield* TestClock.adjust("5 seconds")
      const high = yield* begin(ask("fox high", { priority: "high" }))
      yield* TestClock.adjust("1 hour")
      yield* Effect.forEach([low, high], Fiber.join)
      assert.deepStrictEqual(yield* prompts(["low", "high"]), ["low", "high", "low"])
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          settings: limited(1, 60),
          faults: [{ fault: "rate-limited", operation: "chat", times: 1 }]
        })
      )
    )
  )

  it.effect("makes the others wait and not fail: one 429 among thirty calls costs none of them", () =>
    Effect.gen(function* () {
      const calls = yield* Effect.forEach(
        Array.from({ length: 30 }, (_, index) => index),
        (index) => Effect.andThen(TestClock.adjust("100 millis"), begin(ask(`fox ${index}`)))
      )
      yield* TestClock.adjust("10 minutes")
      const ends = yield* Effect.forEach(calls, Fiber.join)
      assert.deepStrictEqual(
        ends.filter((it) => it._tag === "Failure"),
        []
      )
      assert.isAtMost(yield* countOf("chat"), 31)
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          retryAfter: "20",
          settings: limited(1_000, 60, { concurrency: 2 }),
          faults: [{ fault: "rate-limited", operation: "chat", skip: 3, times: 1 }]
        })
      )
    )
  )
})
