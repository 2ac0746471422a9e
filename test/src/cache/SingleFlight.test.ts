/** Equal requests at the same time become one. */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import type { Wish } from "../../../src/cache/JoinedWishes.ts"
import { monotonicMillis } from "../../../src/policy/deadline/Deadline.ts"
import { makeTimeoutList } from "../../../src/policy/deadline/TimeoutList.ts"
import { type Flight, makeSingleFlight, type SingleFlight } from "../../../src/cache/SingleFlight.ts"

const wish: Wish = { deadlineAt: 1_000, priority: "normal" }

/** Flights that end when they are told to, and that count. */
const scenario = Effect.gen(function* () {
  const flights = yield* makeSingleFlight<string, string>()
  const end = yield* Deferred.make<string, string>()
  const seen = { runs: 0, interrupted: 0, flights: new Array<Flight>() }
  const run = (flight: Flight) =>
    Effect.suspend(() => {
      seen.runs += 1
      seen.flights.push(flight)
      return Deferred.await(end)
    }).pipe(Effect.onInterrupt(() => Effect.sync(() => (seen.interrupted += 1))))
  const join = (own: Partial<Wish> = {}, key = "key") =>
    Effect.forkChild(flights.join(key, { ...wish, ...own }, run), { startImmediately: true })
  return { flights, end, seen, run, join }
})

const tagOf = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "Success" : exit.cause.reasons.map((it) => it._tag).join()

describe("SingleFlight", () => {
  it.effect("a thousand joiners are one run, and all get its answer", () =>
    Effect.gen(function* () {
      const { end, flights, join, seen } = yield* scenario
      const joiners = yield* Effect.forEach(Array.from({ length: 1_000 }), () => join())
      assert.strictEqual(flights.inFlight(), 1)
      yield* Deferred.succeed(end, "fox")
      const answers = yield* Effect.forEach(joiners, Fiber.join)
      assert.deepStrictEqual([...new Set(answers)], ["fox"])
      assert.strictEqual(seen.runs, 1)
      assert.strictEqual(flights.inFlight(), 0)
    })
  )

  it.effect("tells who came first of those who are still there", () =>
    Effect.gen(function* () {
      const { end, flights, run } = yield* scenario
      const firsts = new Array<string>()
      const join = (name: string) =>
        Effect.forkChild(flights.join("key", wish, run, { onFirst: () => firsts.push(name) }), {
          startImmediately: true
        })
      const gone = yield* join("gone")
      const first = yield* join("first")
      yield* join("second")
      yield* Fiber.interrupt(gone)
      assert.deepStrictEqual(firsts, [])
      yield* Deferred.succeed(end, "fox")
      yield* Fiber.join(first)
      assert.deepStrictEqual(firsts, ["first"])
    })
  )

  it.effect("different keys are different flights", () =>
    Effect.gen(function* () {
      const { flights, join, seen } = yield* scenario
      yield* join({}, "one")
      yield* join({}, "other")
      assert.deepStrictEqual([seen.runs, flights.inFlight()], [2, 2])
    })
  )

  it.effect("two that join in one tick share a flight, although it ends at once after a yield", () =>
    Effect.gen(function* () {
      const { flights } = yield* scenario
      let runs = 0
      const run = () => Effect.andThen(Effect.yieldNow, Effect.succeed(`run ${++runs}`))
      const both = Effect.all([flights.join("key", wish, run), flights.join("key", wish, run)], {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(yield* both, ["run 1", "run 1"])
    })
  )

  it.effect("a run that needs no wait ends before join does, and leaves nothing", () =>
    Effect.gen(function* () {
      const { flights } = yield* scenario
      assert.strictEqual(yield* flights.join("key", wish, () => Effect.succeed("fox")), "fox")
      assert.strictEqual(yield* Effect.flip(flights.join("key", wish, () => Effect.fail("no"))), "no")
      assert.strictEqual(flights.inFlight(), 0)
    })
  )

  it.effect("who began the flight may leave at once, and the others still get the answer", () =>
    Effect.gen(function* () {
      const { end, join, seen } = yield* scenario
      const first = yield* join()
      const second = yield* join()
      yield* Fiber.interrupt(first)
      assert.strictEqual(seen.interrupted, 0)
      yield* Deferred.succeed(end, "fox")
      assert.strictEqual(yield* Fiber.join(second), "fox")
      assert.strictEqual(seen.runs, 1)
    })
  )

  it.effect("the last who leaves interrupts the flight, and its end is waited for", () =>
    Effect.gen(function* () {
      const flights = yield* makeSingleFlight<string, string>()
      const cleanedUp = yield* Deferred.make<void>()
      const run = () => Effect.onInterrupt(Effect.never, () => Deferred.await(cleanedUp))
      const first = yield* Effect.forkChild(flights.join("key", wish, run), { startImmediately: true })
      const second = yield* Effect.forkChild(flights.join("key", wish, run), { startImmediately: true })
      yield* Fiber.interrupt(first)
      assert.strictEqual(flights.inFlight(), 1)
      const leaving = yield* Effect.forkChild(Fiber.interrupt(second), { startImmediately: true })
      assert.strictEqual(flights.inFlight(), 0)
      assert.isUndefined(leaving.pollUnsafe())
      yield* Deferred.succeed(cleanedUp, undefined)
      assert.isDefined(leaving.pollUnsafe())
    })
  )

  it.effect("who comes while a flight is being interrupted begins a new one", () =>
    Effect.gen(function* () {
      const { flights, join, seen } = yield* scenario
      const cleanedUp = yield* Deferred.make<void>()
      const first = yield* Effect.forkChild(
        flights.join("key", wish, () => Effect.onInterrupt(Effect.never, () => Deferred.await(cleanedUp))),
        { startImmediately: true }
      )
      const leaving = yield* Effect.forkChild(Fiber.interrupt(first), { startImmediately: true })
      yield* join()
      assert.deepStrictEqual([seen.runs, flights.inFlight()], [1, 1])
      yield* Deferred.succeed(cleanedUp, undefined)
      yield* Fiber.join(leaving)
      assert.deepStrictEqual([seen.interrupted, flights.inFlight()], [0, 1])
    })
  )

  it.effect("a joiner whose own time is over is released alone", () =>
    Effect.gen(function* () {
      const { end, flights, run, seen } = yield* scenario
      const hasty = yield* Effect.forkChild(Effect.timeoutOption(flights.join("key", wish, run), 100))
      const patient = yield* Effect.forkChild(flights.join("key", wish, run))
      yield* TestClock.adjust(100)
      assert.strictEqual((yield* Fiber.join(hasty))._tag, "None")
      assert.strictEqual(seen.interrupted, 0)
      yield* Deferred.succeed(end, "fox")
      assert.strictEqual(yield* Fiber.join(patient), "fox")
    })
  )

  it.effect("a joiner whose own deadline passes is released at that instant, and the flight goes on", () =>
    Effect.gen(function* () {
      const flights = yield* makeSingleFlight<string, string>(yield* makeTimeoutList)
      const end = yield* Deferred.make<string, string>()
      const now = yield* monotonicMillis
      const join = (millis: number, name: string) =>
        Effect.forkChild(
          flights.join("key", { ...wish, deadlineAt: now + millis }, () => Deferred.await(end), {
            overdue: () => `${name} is overdue`
          }),
          { startImmediately: true }
        )
      const first = yield* join(200, "first")
      const shorter = yield* join(100, "shorter")
      const equal = yield* join(200, "equal")
      const latest = yield* join(300, "latest")
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Effect.flip(Fiber.join(shorter)), "shorter is overdue")
      assert.isUndefined(first.pollUnsafe())
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Effect.flip(Fiber.join(first)), "first is overdue")
      assert.strictEqual(yield* Effect.flip(Fiber.join(equal)), "equal is overdue")
      // What has the latest deadline ends when the flight does: it knows its own time.
      yield* TestClock.adjust(100)
      assert.isUndefined(latest.pollUnsafe())
      yield* Deferred.succeed(end, "fox")
      assert.strictEqual(yield* Fiber.join(latest), "fox")
    })
  )

  it.effect("a flight that is only waited for by who is overdue then ends", () =>
    Effect.gen(function* () {
      const flights = yield* makeSingleFlight<string, string>(yield* makeTimeoutList)
      const now = yield* monotonicMillis
      let interrupted = 0
      const run = () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted += 1)))
      const join = (millis: number) =>
        Effect.forkChild(
          flights.join("key", { ...wish, deadlineAt: now + millis }, run, { overdue: () => "overdue" }),
          { startImmediately: true }
        )
      const hasty = yield* join(100)
      const patient = yield* join(200)
      yield* Fiber.interrupt(patient)
      assert.strictEqual(interrupted, 0)
      yield* TestClock.adjust(100)
      assert.strictEqual(yield* Effect.flip(Fiber.join(hasty)), "overdue")
      assert.deepStrictEqual([interrupted, flights.inFlight()], [1, 0])
    })
  )

  it.effect("whoever joins what is under way is told so, and who begins is not", () =>
    Effect.gen(function* () {
      const { end, flights, run } = yield* scenario
      const told: Array<string> = []
      const join = (name: string) =>
        Effect.forkChild(flights.join("key", wish, run, { onJoined: () => told.push(name) }), {
          startImmediately: true
        })
      const joiners = yield* Effect.all([join("first"), join("second")])
      assert.deepStrictEqual(told, ["second"])
      yield* Deferred.succeed(end, "fox")
      yield* Fiber.joinAll(joiners)
    })
  )

  it.effect("a joiner of high priority raises a low flight, in the same step", () =>
    Effect.gen(function* () {
      const { join, seen } = yield* scenario
      yield* join({ priority: "low" })
      const [flight] = seen.flights
      assert.isDefined(flight)
      const told: Array<string> = []
      flight.onRaised(() => told.push(flight.priority))
      assert.strictEqual(flight.priority, "low")
      yield* join({ priority: "high" })
      assert.strictEqual(flight.priority, "high")
      yield* join({ priority: "normal" })
      yield* join({ priority: "high" })
      assert.deepStrictEqual(told, ["high"])
    })
  )

  it.effect("a flight has the latest deadline of its joiners, and hears of a later one until it stops listening", () =>
    Effect.gen(function* () {
      const { join, seen } = yield* scenario
      yield* join({ deadlineAt: 500 })
      const [flight] = seen.flights
      assert.isDefined(flight)
      const told: Array<number> = []
      const stop = flight.onRaised(() => told.push(flight.deadlineAt))
      yield* join({ deadlineAt: 400 })
      yield* join({ deadlineAt: 900 })
      yield* join({ deadlineAt: Number.POSITIVE_INFINITY })
      stop()
      assert.deepStrictEqual(told, [900, Number.POSITIVE_INFINITY])
      assert.strictEqual(flight.deadlineAt, Number.POSITIVE_INFINITY)
    })
  )

  it.effect("who leaves takes the own wish along, and the last wish stands", () =>
    Effect.gen(function* () {
      const { join, seen } = yield* scenario
      const low = yield* join({ deadlineAt: 500, priority: "low" })
      const high = yield* join({ deadlineAt: 900, priority: "high" })
      const [flight] = seen.flights
      assert.isDefined(flight)
      yield* Fiber.interrupt(high)
      assert.deepStrictEqual([flight.deadlineAt, flight.priority], [500, "low"])
      yield* Fiber.interrupt(low)
      assert.deepStrictEqual([flight.deadlineAt, flight.priority], [500, "low"])
    })
  )

  it.effect("two that bring the same wish are two wishes", () =>
    Effect.gen(function* () {
      const { flights, join, run, seen } = yield* scenario
      yield* join({ deadlineAt: 500, priority: "low" })
      const shared: Wish = { deadlineAt: 900, priority: "high" }
      const [first] = yield* Effect.forEach([1, 2], () =>
        Effect.forkChild(flights.join("key", shared, run), { startImmediately: true })
      )
      assert.isDefined(first)
      yield* Fiber.interrupt(first)
      assert.deepStrictEqual([seen.flights[0]?.deadlineAt, seen.flights[0]?.priority], [900, "high"])
    })
  )

  it.effect("an error reaches all joiners and is not kept", () =>
    Effect.gen(function* () {
      const { end, flights, join } = yield* scenario
      const joiners = yield* Effect.all([join(), join(), join()])
      yield* Deferred.fail(end, "503")
      for (const joiner of joiners) assert.strictEqual(yield* Effect.flip(Fiber.join(joiner)), "503")
      assert.strictEqual(yield* flights.join("key", wish, () => Effect.succeed("fox")), "fox")
    })
  )

  it.effect("a defect reaches all joiners, also one thrown before the run began, and leaves nothing", () =>
    Effect.gen(function* () {
      const { flights, end, join } = yield* scenario
      const joiners = yield* Effect.all([join(), join()])
      yield* Deferred.die(end, new Error("broken"))
      for (const joiner of joiners) assert.strictEqual(tagOf(yield* Fiber.await(joiner)), "Die")
      const thrown = yield* Effect.exit(
        flights.join("key", wish, () => {
          throw new Error("broken")
        })
      )
      assert.strictEqual(tagOf(thrown), "Die")
      assert.strictEqual(flights.inFlight(), 0)
    })
  )

  it.effect("a listener that throws ends the flight with its defect", () =>
    Effect.gen(function* () {
      const { flights, join, seen } = yield* scenario
      const first = yield* join()
      seen.flights[0]?.onRaised(() => {
        throw new Error("broken")
      })
      const second = yield* join({ priority: "high" })
      for (const joiner of [first, second]) assert.strictEqual(tagOf(yield* Fiber.await(joiner)), "Die")
      assert.deepStrictEqual([seen.interrupted, flights.inFlight()], [1, 0])
    })
  )

  it.effect("a flight that interrupts itself leaves nothing, and its joiners end as interrupted", () =>
    Effect.gen(function* () {
      const { flights } = yield* scenario
      const exit = yield* Effect.exit(
        flights.join("key", wish, () => Effect.andThen(Effect.yieldNow, Effect.interrupt))
      )
      assert.isTrue(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause))
      assert.strictEqual(flights.inFlight(), 0)
    })
  )

  it.effect("nothing of the caller is in a flight: not its context, not its trace", () =>
    Effect.gen(function* () {
      const Tenant = Context.Reference<string>("test/Tenant", { defaultValue: () => "nobody" })
      const flights = yield* makeSingleFlight<readonly [string, string], string>().pipe(
        Effect.provideService(Tenant, "service"),
        Effect.withSpan("building")
      )
      const run = () =>
        Effect.gen(function* () {
          const span = yield* Effect.option(Effect.currentParentSpan)
          return [yield* Tenant, span._tag] as const
        })
      const joined = flights
        .join("key", wish, run)
        .pipe(Effect.provideService(Tenant, "first caller"), Effect.withSpan("calling"))
      assert.deepStrictEqual(yield* joined, ["service", "None"])
    })
  )

  it.effect("a flight begun where nothing may be interrupted can be interrupted all the same", () =>
    Effect.gen(function* () {
      const { flights, run, seen } = yield* scenario
      const joiner = yield* Effect.forkChild(
        Effect.uninterruptibleMask((restore) => restore(flights.join("key", wish, run))),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(joiner)
      assert.deepStrictEqual([seen.interrupted, flights.inFlight()], [1, 0])
    })
  )

  it.effect("flights end with the scope, all at once, and nothing begins after it", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const flights = yield* Scope.provide(makeSingleFlight<string, string>(), scope)
      const cleanedUp = yield* Deferred.make<void>()
      let interrupted = 0
      const run = () =>
        Effect.onInterrupt(Effect.never, () =>
          Effect.suspend(() => {
            interrupted += 1
            return Deferred.await(cleanedUp)
          })
        )
      const joiners = yield* Effect.forEach(["a", "b", "c"], (key) =>
        Effect.forkChild(flights.join(key, wish, run), { startImmediately: true })
      )
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      assert.strictEqual(interrupted, 3)
      assert.isUndefined(closing.pollUnsafe())
      yield* Deferred.succeed(cleanedUp, undefined)
      yield* Fiber.join(closing)
      for (const joiner of joiners) assert.strictEqual(tagOf(yield* Fiber.await(joiner)), "Interrupt")
      let runs = 0
      const late = yield* Effect.exit(flights.join("a", wish, () => Effect.sync(() => `${++runs}`)))
      assert.deepStrictEqual([tagOf(late), runs, flights.inFlight()], ["Interrupt", 0, 0])
    })
  )

  it.effect("a joiner that begins again as soon as it has its answer begins a new flight", () =>
    Effect.gen(function* () {
      const { end, flights, run } = yield* scenario
      const again = flights
        .join("key", wish, run)
        .pipe(Effect.andThen((first) => flights.join("key", wish, () => Effect.succeed(`${first}, then new`))))
      const joiners = yield* Effect.all([1, 2].map(() => Effect.forkChild(again, { startImmediately: true })))
      yield* Deferred.succeed(end, "old")
      for (const joiner of joiners) assert.strictEqual(yield* Fiber.join(joiner), "old, then new")
    })
  )

  it.effect("a joiner that interrupts another as soon as it has its answer disturbs nobody else", () =>
    Effect.gen(function* () {
      const { end, flights, join, run } = yield* scenario
      const victim = yield* Deferred.make<Fiber.Fiber<string, string>>()
      const killer = yield* Effect.forkChild(
        Effect.andThen(
          flights.join("key", wish, run),
          Effect.flatMap(Deferred.await(victim), (it) => Effect.sync(() => it.interruptUnsafe()))
        ),
        { startImmediately: true }
      )
      const second = yield* join()
      const third = yield* join()
      yield* Deferred.succeed(victim, second)
      yield* Deferred.succeed(end, "fox")
      yield* Fiber.join(killer)
      assert.strictEqual(tagOf(yield* Fiber.await(second)), "Interrupt")
      assert.strictEqual(yield* Fiber.join(third), "fox")
      assert.strictEqual(flights.inFlight(), 0)
    })
  )
})

/** A run with a wait at every step; `open` counts what it holds open. */
const stepwise = (steps: number, held: { open: number }) => () =>
  Effect.acquireUseRelease(
    Effect.sync(() => (held.open += 1)),
    () =>
      Effect.as(
        Effect.forEach(Array.from({ length: steps }), () => Effect.yieldNow, { discard: true }),
        "fox"
      ),
    () =>
      Effect.andThen(
        Effect.yieldNow,
        Effect.sync(() => (held.open -= 1))
      )
  )

const waitSteps = (steps: number) =>
  Effect.forEach(Array.from({ length: steps }), () => Effect.yieldNow, { discard: true })

describe("SingleFlight, interrupted at each of its steps", () => {
  it.effect("no flight and nothing it held is left behind", () =>
    Effect.gen(function* () {
      const flights = yield* makeSingleFlight<string, string>()
      const held = { open: 0 }
      const ends = new Set<string>()
      for (let step = 0; step < 20; step++) {
        const joiner = yield* Effect.forkChild(flights.join("key", wish, stepwise(8, held)))
        yield* waitSteps(step)
        yield* Fiber.interrupt(joiner)
        ends.add(tagOf(yield* Fiber.await(joiner)))
        assert.deepStrictEqual([flights.inFlight(), held.open], [0, 0], `at step ${step}`)
      }
      assert.deepStrictEqual([...ends], ["Interrupt", "Success"])
    })
  )

  it.effect("of two joiners the other one gets the answer, whenever the first leaves", () =>
    Effect.gen(function* () {
      const flights: SingleFlight<string, string> = yield* makeSingleFlight<string, string>()
      const held = { open: 0 }
      for (let step = 0; step < 20; step++) {
        const leaving = yield* Effect.forkChild(flights.join("key", wish, stepwise(8, held)))
        const staying = yield* Effect.forkChild(flights.join("key", wish, stepwise(8, held)))
        yield* waitSteps(step)
        yield* Fiber.interrupt(leaving)
        assert.strictEqual(yield* Fiber.join(staying), "fox")
        assert.deepStrictEqual([flights.inFlight(), held.open], [0, 0], `at step ${step}`)
      }
    })
  )

  it.effect("in a crowd that comes and goes by chance, who stays gets an answer and one run is open at a time", () =>
    Effect.gen(function* () {
      const flights = yield* makeSingleFlight<string, string>()
      const held = { open: 0 }
      let most = 0
      const run = () =>
        Effect.suspend(() => {
          held.open += 1
          most = Math.max(most, held.open)
          return Effect.as(waitSteps(5), "fox")
        }).pipe(Effect.ensuring(Effect.sync(() => (held.open -= 1))))
      const ends = yield* Effect.forEach(
        Array.from({ length: 2_000 }, (_, index) => index),
        (index) =>
          Effect.gen(function* () {
            yield* waitSteps(yield* Random.nextIntBetween(0, 40))
            const joiner = yield* Effect.forkChild(flights.join("key", wish, run))
            if (index % 3 === 0) return yield* Fiber.join(joiner)
            yield* waitSteps(yield* Random.nextIntBetween(0, 12))
            yield* Fiber.interrupt(joiner)
            return "left"
          }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual([...new Set(ends)].toSorted(), ["fox", "left"])
      assert.deepStrictEqual([most, held.open, flights.inFlight()], [1, 0, 0])
    }).pipe(Random.withSeed("crowd"))
  )
})
