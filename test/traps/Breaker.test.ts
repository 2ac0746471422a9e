import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { FaultKind } from "../../mock-layers/simulation/Script.ts"
import { makeCircuitBreaker } from "../../src/policy/circuit-breaker/MakeCircuitBreaker.ts"
import { ask, begin, chatDoor, countOf, passing, play, withWallClock } from "./TrapWorld.ts"

const manyPermits = { deepseek: { rateLimit: [], concurrency: 1_000 } } as const

const circuitState = Effect.map(chatDoor, ({ circuit }) => circuit.state)

const meets = (fault?: FaultKind) => play({ faults: fault === undefined ? [] : [{ fault, operation: "chat" }] })

/** Opens the circuit by a refused connection, and lets its open time pass. */
const recovering = Effect.gen(function* () {
  yield* meets("refused")
  yield* Effect.flip(ask("opens"))
  assert.strictEqual((yield* circuitState)._tag, "Open")
  yield* meets()
  yield* TestClock.adjust("10 seconds")
})

describe("the circuit of an operation", () => {
  for (const fault of ["unauthorized", "no-balance", "content-blocked", "rate-limited"] as const) {
    it.effect(`is neither opened nor closed by answers that are no fault of the provider: ${fault}`, () =>
      Effect.gen(function* () {
        yield* meets(fault)
        for (let index = 0; index < 30; index++) {
          yield* passing(Effect.flip(ask(`fox ${index}`, { attemptLimit: 1 })), "5 minutes")
        }
        assert.strictEqual((yield* circuitState)._tag, "Closed")
        yield* recovering
        yield* meets(fault)
        for (let index = 0; index < 10; index++) {
          yield* passing(Effect.flip(ask(`red fox ${index}`, { attemptLimit: 1 })), "5 minutes")
        }
        assert.deepInclude(yield* circuitState, { _tag: "HalfOpen", probes: [], successes: 0 })
      }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
    )
  }

  it.effect("hears nothing of callers who leave, nor of what was refused before it was sent", () =>
    Effect.gen(function* () {
      yield* meets("silence")
      for (let index = 0; index < 30; index++) {
        const call = yield* begin(ask(`fox ${index}`))
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(call)
        yield* Effect.flip(ask(""))
      }
      assert.deepInclude(yield* circuitState, { _tag: "Closed", consecutiveFailures: 0 })
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("gets the place of a probe back when its caller leaves, and is no nearer to closed", () =>
    Effect.gen(function* () {
      yield* recovering
      yield* meets("silence")
      for (let index = 0; index < 5; index++) {
        const probes = yield* Effect.all([begin(ask(`fox ${index}`)), begin(ask(`owl ${index}`))])
        yield* TestClock.adjust("1 second")
        yield* Effect.forEach(probes, Fiber.interrupt)
        assert.deepInclude(yield* circuitState, { _tag: "HalfOpen", probes: [], successes: 0 })
      }
      yield* meets()
      assert.strictEqual((yield* passing(ask("a fox"))).provenance._tag, "Live")
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("lets two probes through when it may recover, whoever waits, and no herd after them", () =>
    Effect.gen(function* () {
      yield* recovering
      yield* play({ latency: 1_000 })
      const before = yield* countOf("chat")
      yield* MockHandle.use((it) => it.reset)
      const calls = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(before, 1)
      assert.strictEqual((yield* MockHandle.use((it) => it.totals)).largestInFlight.deepseek, 2)
      yield* TestClock.adjust("1 second")
      assert.isAtMost((yield* MockHandle.use((it) => it.totals)).largestInFlight.deepseek, 8)
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(calls, Fiber.join)
      assert.strictEqual((yield* circuitState)._tag, "Closed")
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("that fails its probes ends all who wait for it, and they ask the provider nothing", () =>
    Effect.gen(function* () {
      yield* recovering
      yield* meets("unavailable")
      const before = yield* countOf("chat")
      const calls = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("5 minutes")
      const ends = yield* Effect.forEach(calls, Fiber.join)
      assert.isTrue(ends.every((it) => it._tag === "Failure"))
      assert.isAtMost((yield* countOf("chat")) - before, 2)
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("stays closed at the first failure of a quiet day", () =>
    Effect.gen(function* () {
      yield* play({ faults: [{ fault: "server-error", operation: "chat", times: 1 }] })
      yield* passing(Effect.flip(ask("fox", { attemptLimit: 1 })))
      assert.strictEqual((yield* circuitState)._tag, "Closed")
      assert.strictEqual((yield* passing(ask("fox again"))).attempts, 1)
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("once it opens ends the retries of those under way: none of them goes on asking", () =>
    Effect.gen(function* () {
      yield* meets("unavailable")
      const calls = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, index) => index),
        (index) => begin(ask(`fox ${index}`))
      )
      yield* TestClock.adjust("2 seconds")
      const asked = yield* countOf("chat")
      assert.strictEqual((yield* circuitState)._tag, "Open")
      yield* TestClock.adjust("1 hour")
      const ends = yield* Effect.forEach(calls, Fiber.join)
      assert.isTrue(
        ends.every(
          (it) => it._tag === "Failure" && it.failure._tag === "ApiError" && it.failure.stoppedBy === "CircuitOpen"
        )
      )
      assert.strictEqual(yield* countOf("chat"), asked)
    }).pipe(Effect.provide(Mock.layerWith({ settings: manyPermits })))
  )

  it.effect("is open for as long as it was to be, whatever becomes of the wall clock", () =>
    withWallClock((put) =>
      Effect.gen(function* () {
        const breaker = yield* makeCircuitBreaker({ consecutiveFailures: 1, openJitter: 0 })
        yield* Effect.flip(breaker.run(Effect.fail("down")))
        put("1 day")
        yield* TestClock.adjust("4 seconds")
        const refused = yield* Effect.flip(breaker.run(Effect.void))
        assert.deepStrictEqual(refused.retryAfter, Duration.seconds(1))
        put("-2 days")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* breaker.run(Effect.succeed(7)), 7)
      })
    )
  )
})
