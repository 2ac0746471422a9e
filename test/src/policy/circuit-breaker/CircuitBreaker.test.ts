import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { CircuitBreaker } from "../../../../src/policy/circuit-breaker/CircuitBreaker.ts"
import type { CircuitBreakerOptions } from "../../../../src/policy/circuit-breaker/CircuitBreakerOptions.ts"
import { CircuitRefused } from "../../../../src/policy/circuit-breaker/CircuitRefused.ts"
import { makeCircuitBreaker } from "../../../../src/policy/circuit-breaker/MakeCircuitBreaker.ts"

type Breaker = CircuitBreaker["Service"]

const down = Effect.fail("down" as const)

const breakerOf = (options: Parameters<typeof makeCircuitBreaker>[0] = {}) =>
  makeCircuitBreaker({ openJitter: 0, ...options })

const failTimes = (breaker: Breaker, times: number) =>
  Effect.repeat(Effect.exit(breaker.run(down)), { times: times - 1 })

/** A breaker whose open time is over; `halfOpenPermits` places are free. */
const recoveringOf = (options: Parameters<typeof makeCircuitBreaker>[0] = {}) =>
  Effect.gen(function* () {
    const breaker = yield* breakerOf({ consecutiveFailures: 1, ...options })
    yield* failTimes(breaker, 1)
    yield* TestClock.adjust("5 seconds")
    return breaker
  })

const placesOf = (breaker: Breaker) =>
  Effect.map(breaker.state, (state) =>
    state._tag === "HalfOpen" ? state.probes.length : state._tag === "Ramping" ? state.calls.length : undefined
  )

const refusedBy = (breaker: Breaker) => Effect.flip(breaker.run(Effect.never as Effect.Effect<never>))

describe("CircuitBreaker", () => {
  it.effect("opens after failures in a row, refuses without running the effect, and closes by way of probes", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf({ rampSteps: 1 })
      yield* failTimes(breaker, 5)
      const refused = yield* refusedBy(breaker)
      assert.instanceOf(refused, CircuitRefused)
      assert.strictEqual(refused.reason, "CircuitOpen")
      assert.deepStrictEqual(refused.retryAfter, Duration.seconds(5))
      yield* TestClock.adjust("4 seconds")
      assert.deepStrictEqual((yield* refusedBy(breaker)).retryAfter, Duration.seconds(1))
      yield* TestClock.adjust("1 second")
      const seen: Array<string> = []
      for (let index = 0; index < 4; index++) {
        assert.strictEqual(yield* breaker.run(Effect.succeed(index)), index)
        seen.push((yield* breaker.state)._tag)
      }
      assert.deepStrictEqual(seen, ["HalfOpen", "Ramping", "Ramping", "Closed"])
    })
  )

  it.effect("refuses what finds no place while it recovers, at once", () =>
    Effect.gen(function* () {
      const breaker = yield* recoveringOf()
      const held = yield* Deferred.make<void>()
      const probes = yield* Effect.forkChild(
        Effect.all([breaker.run(Deferred.await(held)), breaker.run(Deferred.await(held))], { concurrency: 2 }),
        { startImmediately: true }
      )
      const refused = yield* refusedBy(breaker)
      assert.deepStrictEqual([refused.reason, refused.retryAfter], ["Recovering", undefined])
      yield* Deferred.succeed(held, undefined)
      yield* Fiber.join(probes)
      assert.strictEqual((yield* breaker.state)._tag, "Ramping")
    })
  )

  it.effect("a typed failure and a defect count, a success and an interruption do not", () =>
    Effect.gen(function* () {
      const tagAfter = (effect: Effect.Effect<unknown, unknown>) =>
        Effect.gen(function* () {
          const breaker = yield* breakerOf({ consecutiveFailures: 1 })
          yield* Effect.exit(breaker.run(effect))
          return (yield* breaker.state)._tag
        })
      assert.strictEqual(yield* tagAfter(down), "Open")
      assert.strictEqual(yield* tagAfter(Effect.die("broken")), "Open")
      assert.strictEqual(yield* tagAfter(Effect.succeed(1)), "Closed")
      assert.strictEqual(yield* tagAfter(Effect.interrupt), "Closed")
      assert.strictEqual(yield* tagAfter(Effect.timeout(Effect.yieldNow, 0)), "Open")
    })
  )

  it.effect("gives the result of the effect untouched", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf()
      assert.deepStrictEqual(yield* Effect.exit(breaker.run(Effect.succeed(7))), Exit.succeed(7))
      assert.strictEqual(yield* Effect.flip(breaker.run(down)), "down")
      assert.deepStrictEqual(yield* Effect.exit(breaker.run(Effect.die("broken"))), Exit.die("broken"))
    })
  )

  it.effect("a caller's rule says what counts, opens at once, and hands on the provider's hint", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf({
        classify: (exit) =>
          Exit.isSuccess(exit)
            ? "success"
            : Cause.squash(exit.cause) === "refused"
              ? { outcome: "failure", opensAtOnce: true, retryAfter: "1 minute" }
              : "ignored"
      })
      yield* failTimes(breaker, 50)
      assert.strictEqual((yield* breaker.state)._tag, "Closed")
      yield* Effect.exit(breaker.run(Effect.fail("refused")))
      assert.deepStrictEqual((yield* refusedBy(breaker)).retryAfter, Duration.minutes(1))
    })
  )

  it.effect("a rule that throws is a defect, and leaves no place taken", () =>
    Effect.gen(function* () {
      let isBroken = false
      const breaker = yield* recoveringOf({
        classify: () => {
          if (isBroken) throw new Error("broken rule")
          return "failure"
        }
      })
      isBroken = true
      const exit = yield* Effect.exit(breaker.run(Effect.void))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.strictEqual(yield* placesOf(breaker), 0)
    })
  )

  it.effect.each([3, 4, 5, 2_048])(
    "an interruption at any step of a call, with %i steps in a turn, counts nowhere and leaves no place taken",
    (stepsInTurn) =>
      Effect.gen(function* () {
        const breaker = yield* recoveringOf({ halfOpenPermits: 1_000 })
        let done = 0
        const probe = breaker
          .run(
            Effect.gen(function* () {
              for (let step = 0; step < 5; step++) yield* Effect.yieldNow
              yield* Effect.acquireUseRelease(
                Effect.yieldNow,
                () => Effect.yieldNow,
                () => Effect.yieldNow
              )
              done++
            })
          )
          .pipe(Effect.provideService(References.MaxOpsBeforeYield, stepsInTurn))
        let ended = 0
        let interrupted = 0
        for (let turns = 0; turns < 60; turns++) {
          const fiber = yield* Effect.forkChild(probe)
          for (let turn = 0; turn < turns; turn++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          if (Exit.isSuccess(yield* Fiber.await(fiber))) ended++
          else interrupted++
          assert.include([0, undefined], yield* placesOf(breaker))
        }
        assert.isAtLeast(interrupted, 8)
        assert.isAtLeast(ended, 8)
        const state = yield* breaker.state
        const successes = state._tag === "HalfOpen" ? state.successes : -1
        assert.isAtLeast(successes, ended)
        assert.isAtMost(successes, done)
      })
  )

  it.effect("a call that is refused by its caller before it begins takes no place", () =>
    Effect.gen(function* () {
      const breaker = yield* recoveringOf()
      const fiber = yield* Effect.forkChild(breaker.run(Effect.never))
      yield* Fiber.interrupt(fiber)
      assert.include([0, undefined], yield* placesOf(breaker))
      yield* breaker.run(Effect.void)
      assert.deepInclude(yield* breaker.state, { _tag: "HalfOpen", successes: 1 })
    })
  )

  it.effect("a call that may not be interrupted stays so", () =>
    Effect.gen(function* () {
      const breaker = yield* recoveringOf()
      const held = yield* Deferred.make<number>()
      const fiber = yield* Effect.forkChild(Effect.uninterruptible(breaker.run(Deferred.await(held))), {
        startImmediately: true
      })
      const interruption = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* Effect.yieldNow
      assert.strictEqual(yield* placesOf(breaker), 1)
      yield* Deferred.succeed(held, 7)
      yield* Fiber.join(interruption)
      assert.deepInclude(yield* breaker.state, { _tag: "HalfOpen", successes: 1 })
    })
  )

  it.effect("a probe that hangs is forgotten when its lease ends", () =>
    Effect.gen(function* () {
      const breaker = yield* recoveringOf({ halfOpenPermits: 1, probeLease: "30 seconds", rampSteps: 0 })
      const hung = yield* Effect.forkChild(breaker.run(Effect.sleep("1 hour")), { startImmediately: true })
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* refusedBy(breaker)).reason, "Recovering")
      yield* TestClock.adjust("1 second")
      yield* breaker.run(Effect.void)
      assert.strictEqual((yield* breaker.state)._tag, "Closed")
      yield* Fiber.interrupt(hung)
      assert.strictEqual((yield* breaker.state)._tag, "Closed")
    })
  )

  it.effect("isolated by hand it refuses until it is reset by hand", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf()
      yield* breaker.isolate
      yield* TestClock.adjust("1 day")
      const refused = yield* refusedBy(breaker)
      assert.deepStrictEqual([refused.reason, refused.retryAfter], ["Isolated", undefined])
      yield* breaker.reset
      assert.strictEqual(yield* breaker.run(Effect.succeed(1)), 1)
    })
  )

  it.effect("observing only it tells what it would do, and lets every call pass", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf({ observeOnly: true })
      yield* failTimes(breaker, 20)
      assert.strictEqual((yield* breaker.state)._tag, "Open")
      assert.strictEqual(yield* breaker.run(Effect.succeed(1)), 1)
      yield* breaker.setObserveOnly(false)
      assert.strictEqual((yield* refusedBy(breaker)).reason, "CircuitOpen")
      yield* breaker.setObserveOnly(true)
      assert.strictEqual(yield* breaker.run(Effect.succeed(2)), 2)
    })
  )

  it.effect("streams its changes of state, and keeps the newest for a reader who lags behind", () =>
    Effect.gen(function* () {
      const breaker = yield* breakerOf({ consecutiveFailures: 1 })
      const held = yield* Deferred.make<void>()
      const first = yield* Deferred.make<void>()
      const reader = yield* breaker.transitions.pipe(
        Stream.rechunk(1),
        Stream.mapEffect((it) =>
          Effect.andThen(Deferred.succeed(first, undefined), Effect.as(Deferred.await(held), it))
        ),
        Stream.takeUntil((it) => it.reason === "OpenTimeOver"),
        Stream.runCollect,
        Effect.forkChild({ startImmediately: true })
      )
      yield* Effect.yieldNow
      yield* breaker.isolate
      yield* Deferred.await(first)
      for (let index = 0; index < 200; index++) yield* Effect.andThen(breaker.reset, breaker.isolate)
      yield* breaker.reset
      yield* failTimes(breaker, 1)
      yield* TestClock.adjust("5 seconds")
      yield* breaker.run(Effect.void)
      yield* Deferred.succeed(held, undefined)
      const told = yield* Fiber.join(reader)
      assert.isAtMost(told.length, 140)
      assert.deepStrictEqual(
        told.slice(-2).map(({ at, from, reason, to }) => ({ at, from, reason, to })),
        [
          { at: 0, from: "Closed", to: "Open", reason: "ConsecutiveFailures" },
          { at: 5_000, from: "Open", to: "HalfOpen", reason: "OpenTimeOver" }
        ]
      )
    })
  )

  it.effect("the same seed gives the same open times", () =>
    Effect.gen(function* () {
      const openUntil = Effect.gen(function* () {
        const breaker = yield* makeCircuitBreaker({ consecutiveFailures: 1, openJitter: 1 })
        yield* failTimes(breaker, 1)
        const state = yield* breaker.state
        return state._tag === "Open" ? state.openUntil : 0
      })
      const times = yield* Effect.all(
        [1, 1, 2].map((seed) =>
          Effect.provideService(openUntil, Random.Random, {
            nextIntUnsafe: () => seed,
            nextDoubleUnsafe: () => seed / 4
          })
        )
      )
      assert.deepStrictEqual(times, [6_250, 6_250, 7_500])
    })
  )

  it.effect("refuses options out of range, by their names", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        makeCircuitBreaker({ openDuration: "-1 seconds", decay: Infinity, rampSteps: 99 })
      )
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["decay", "openDuration", "rampSteps"]
      )
    })
  )

  it.effect("refuses options that can not be read, or do not exist, in the words of the options", () =>
    Effect.gen(function* () {
      const options: CircuitBreakerOptions = JSON.parse(
        '{"decay":"soon","openDuration":"10 minutes","openCap":"5 minutes","treshold":3,"classify":"all","observeOnly":1}'
      )
      const error = yield* Effect.flip(makeCircuitBreaker(options))
      assert.deepStrictEqual(
        error.problems.map((it) => it.name),
        ["treshold", "classify", "decay", "openCap", "observeOnly"]
      )
      assert.include(error.message, "openCap: is shorter than openDuration, expected openDuration or more")
      const none: CircuitBreakerOptions = JSON.parse("[]")
      assert.include((yield* Effect.flip(makeCircuitBreaker(none))).message, "options: are no object")
    })
  )

  it.effect("is a service that a program may ask for", () =>
    Effect.gen(function* () {
      const answer = CircuitBreaker.use((breaker) => breaker.run(Effect.succeed("a red fox")))
      assert.strictEqual(yield* Effect.provideServiceEffect(answer, CircuitBreaker, makeCircuitBreaker()), "a red fox")
    })
  )
})
