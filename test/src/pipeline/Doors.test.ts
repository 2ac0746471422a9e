import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { throughTime } from "../../support/ThroughTime.ts"

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }))
const door = AdmissionControl.useSync((it) => it.door("deepseek", "chat"))

describe("the doors of the pipeline", () => {
  it.effect("let through what the settings allow, and refuse on entry whoever can not be served in time", () =>
    Effect.gen(function* () {
      for (let index = 0; index < 2; index++) yield* throughTime(enhance(`fox ${index}`), 30)
      const refused = yield* Effect.flip(enhance("one too many"))
      assert.strictEqual(refused._tag, "Rejection")
      assert.deepStrictEqual(refused.reason, { _tag: "RateLimitExceeded", operation: "chat" })
      assert.isTrue(Duration.isGreaterThan(refused.retryAfter ?? Duration.zero, Duration.minutes(59)))
      assert.strictEqual((yield* MockHandle.use((it) => it.requests)).length, 2)
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 2, window: 3600 } } } })))
  )

  it.effect("wake a waiter when a limit is raised, and give no free burst when one is lowered", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      yield* throughTime(enhance("first"), 30)
      const waiting = yield* Effect.forkChild(
        PromptEnhancer.use((it) => it.enhance({ prompt: "second" }, { deadline: Duration.hours(2) }))
      )
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* door).lane.queue.size, 1)
      yield* settings.update({ deepseek: { rateLimit: { requests: 2, window: 3600 } } })
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).provenance._tag, "Live")
      yield* settings.update({ deepseek: { rateLimit: { requests: 1, window: 3600 } } })
      assert.strictEqual((yield* Effect.flip(enhance("third"))).reason._tag, "RateLimitExceeded")
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 1, window: 3600 } } } })))
  )

  it.effect("count for the address of the account: another one has a window of its own, and the first keeps its", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const { baseURL } = (yield* settings.current).settings.deepseek
      const { lane } = yield* door
      const used = () => lane.store.usage(60_000).map((it) => it.used)
      const moveTo = (address: string) =>
        Effect.andThen(settings.update({ deepseek: { baseURL: address } }), TestClock.adjust("1 second"))
      yield* throughTime(enhance("first"), 30)
      const under = yield* Effect.forkChild(enhance("under way"), { startImmediately: true })
      assert.deepStrictEqual(used(), [2])
      yield* moveTo("https://elsewhere.example/v1")
      assert.deepStrictEqual(used(), [0])
      yield* Fiber.interrupt(under)
      assert.deepStrictEqual(used(), [0])
      yield* moveTo(baseURL)
      assert.deepStrictEqual(used(), [2])
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 5, window: 3600 } } } })))
  )

  it.effect(
    "are closed to all until the hint of a 429 has passed, and the one who got it comes back after his own jitter",
    () =>
      Effect.gen(function* () {
        const events: Array<CallEvent> = []
        const observed = (prompt: string) =>
          Effect.provideService(enhance(prompt), CallEvents, (event) => {
            events.push(event)
          })
        const first = yield* Effect.forkChild(observed("a fox"), { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        const paused = (yield* door).lane.pausedUntil
        assert.isAtLeast(paused, 5_000)
        const told = events.flatMap((event) => (event._tag === "RoomPaused" ? [event] : []))
        assert.deepStrictEqual(
          told.map(({ operation, scope }) => `${scope} ${operation}`),
          ["deepseek chat"]
        )
        assert.isAtLeast(Duration.toMillis(told[0]?.pause ?? Duration.zero), 5_000)
        const other = yield* Effect.forkChild(observed("another fox"), { startImmediately: true })
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual((yield* MockHandle.use((it) => it.requests)).length, 1)
        yield* TestClock.adjust("20 seconds")
        assert.strictEqual((yield* Fiber.join(first)).attempts, 2)
        assert.strictEqual((yield* Fiber.join(other)).attempts, 1)
        const starts = events.flatMap((event) => (event._tag === "AttemptStarted" ? [event] : []))
        // The one who waited at the door goes when the hint has passed, the one who was sent back after his own jitter.
        assert.deepStrictEqual(
          starts.map(({ admission, attempt }) => [attempt, admission.heldBackBy]),
          [
            [1, undefined],
            [1, "pause"],
            [2, undefined]
          ]
        )
      }).pipe(
        Effect.provide(
          Mock.layerWith({ retryAfter: "5", faults: [{ fault: "rate-limited", operation: "chat", times: 1 }] })
        )
      )
  )

  it.effect("open the circuit at once when nobody listens, tell it, and let the waiters leave", () =>
    Effect.gen(function* () {
      const events: Array<CallEvent> = []
      const refused = yield* Effect.flip(enhance("a fox")).pipe(
        Effect.provideService(CallEvents, (event) => {
          events.push(event)
        })
      )
      assert.deepInclude(refused, { _tag: "ApiError", attempts: 1, stoppedBy: "CircuitOpen" })
      assert.deepInclude(
        events.find((event) => event._tag === "CircuitMoved"),
        { scope: "deepseek", operation: "chat", from: "Closed", to: "Open" }
      )
      const next = yield* Effect.flip(enhance("another"))
      assert.deepInclude(next, { _tag: "Rejection", isRetryable: true })
      assert.strictEqual(next.reason._tag, "CircuitOpen")
      assert.strictEqual((yield* MockHandle.use((it) => it.requests)).length, 1)
    }).pipe(Effect.provide(Mock.layerWith({ faults: [{ fault: "refused", operation: "chat" }] })))
  )

  it.effect("never hold more on the wire than the concurrency, whoever waits, leaves or runs out of time", () =>
    Effect.gen(function* () {
      const callers = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, index) => index),
        (index) =>
          PromptEnhancer.use((it) =>
            it.enhance({ prompt: `fox ${index}` }, { deadline: Duration.millis(500 + index * 700) })
          ).pipe(Effect.result, Effect.forkChild)
      )
      for (let step = 0; step < 60; step++) {
        yield* TestClock.adjust("500 millis")
        const victim = callers[step]
        if (step % 4 === 0 && victim !== undefined) yield* Fiber.interrupt(victim)
        assert.isAtMost((yield* door).room.bulkhead.inUse, 3)
      }
      yield* Effect.forEach(callers, Fiber.await)
      const totals = yield* MockHandle.use((it) => it.totals)
      assert.isAtMost(totals.largestInFlight.deepseek, 3)
      assert.strictEqual((yield* door).room.bulkhead.inUse, 0)
      assert.strictEqual((yield* door).lane.queue.size, 0)
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          failureRate: 0.2,
          settings: { deepseek: { concurrency: 3, rateLimit: { requests: 1000, window: 1 } } }
        })
      )
    )
  )
})
