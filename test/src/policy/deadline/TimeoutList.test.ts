import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { monotonicMillis } from "../../../../src/policy/deadline/Deadline.ts"
import { makeTimeoutList, TimeoutList, type Timeout } from "../../../../src/policy/deadline/TimeoutList.ts"
import { Chance } from "../rate-limit/Plan.ts"

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

/** A list that notes what was run, and when. */
const noting = Effect.gen(function* () {
  const list = yield* makeTimeoutList
  const runs: Array<string> = []
  const now = yield* Effect.clockWith((clock) => Effect.succeed(() => Number(clock.monotonicTimeNanosUnsafe()) / 1e6))
  const note = (name: string, at: number): Timeout => list.schedule(at, () => runs.push(`${name}@${now()}`))
  return { list, note, now, runs }
})

describe("the list of timeouts", () => {
  it.effect("runs each at its instant, whatever the order they came in", () =>
    Effect.gen(function* () {
      const { note, runs } = yield* noting
      for (const at of [50, 10, 40, 20, 30]) note(`${at}`, at)
      yield* TestClock.adjust("9 millis")
      assert.deepStrictEqual(runs, [])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(runs, ["10@10", "20@20", "30@30", "40@40", "50@50"])
    })
  )

  it.effect("runs all of one instant, and none that was cancelled, not even by another of that instant", () =>
    Effect.gen(function* () {
      const { list, note, runs } = yield* noting
      const victims: Array<Timeout> = []
      for (let index = 0; index < 10; index++) {
        victims.push(
          list.schedule(5, () => {
            runs.push("one")
            for (const victim of victims) victim.cancel()
          })
        )
      }
      note("kept", 5)
      note("cancelled", 5).cancel()
      yield* TestClock.adjust("5 millis")
      assert.deepStrictEqual(runs.toSorted(), ["kept@5", "one"])
    })
  )

  it.effect("is set to an earlier instant, and runs what is scheduled while it runs", () =>
    Effect.gen(function* () {
      const { list, note, runs } = yield* noting
      note("late", 100)
      note("early", 10)
      list.schedule(10, () => {
        note("at once", 10)
        note("soon", 11)
      })
      yield* TestClock.adjust("11 millis")
      assert.deepStrictEqual(runs, ["early@10", "at once@10", "soon@11"])
      yield* TestClock.adjust("89 millis")
      assert.deepStrictEqual(runs.at(-1), "late@100")
    })
  )

  it.effect("never runs anything inside schedule, and runs what is already due next", () =>
    Effect.gen(function* () {
      const { note, runs } = yield* noting
      yield* TestClock.adjust("20 millis")
      note("past", 5)
      note("now", 20)
      assert.deepStrictEqual(runs, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(runs, ["past@20", "now@20"])
    })
  )

  it.effect("goes on when one of them throws", () =>
    Effect.gen(function* () {
      const { list, note, runs } = yield* noting
      list.schedule(1, () => {
        throw new Error("not allowed, and survived")
      })
      note("next", 2)
      yield* TestClock.adjust("2 millis")
      assert.deepStrictEqual(runs, ["next@2"])
    })
  )

  it.effect("takes no notice of a cancel that comes too late, or twice", () =>
    Effect.gen(function* () {
      const { list, note } = yield* noting
      const own: Timeout = list.schedule(5, () => own.cancel())
      const late = note("late", 5)
      const twice = note("twice", 50)
      note("waits", 60)
      yield* TestClock.adjust("10 millis")
      late.cancel()
      own.cancel()
      assert.strictEqual(list.size, 2)
      twice.cancel()
      twice.cancel()
      assert.strictEqual(list.size, 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(list.size, 0)
    })
  )

  it.effect("waits for more than 2^31 milliseconds", () =>
    Effect.gen(function* () {
      const { note, runs } = yield* noting
      const at = 2 ** 31 + 1_000
      note("far", at)
      yield* TestClock.adjust(at - 1)
      assert.deepStrictEqual(runs, [])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(runs, [`far@${at}`])
    })
  )

  it.effect("runs nothing after its scope is closed, and takes nothing any more", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { note, runs } = yield* Effect.provideService(noting, Scope.Scope, scope)
      note("before", 10)
      yield* Scope.close(scope, Exit.void)
      note("after", 5).cancel()
      note("after", 5)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(runs, [])
    })
  )

  it.effect("runs what a naive list would, through a thousand schedules and cancels", () =>
    Effect.gen(function* () {
      const chance = new Chance(11)
      const { note, now, runs } = yield* noting
      const expected: Array<string> = []
      const alive: Array<{ readonly name: string; readonly at: number; readonly timeout: Timeout }> = []
      for (let round = 0; round < 1_000; round++) {
        const at = now() + chance.between(1, 400)
        alive.push({ name: `${round}`, at, timeout: note(`${round}`, at) })
        if (chance.is(0.6)) alive.splice(chance.below(alive.length), 1)[0]?.timeout.cancel()
        if (chance.is(0.1)) {
          yield* TestClock.adjust(chance.between(1, 60))
          const due = alive.filter((it) => it.at <= now())
          expected.push(...due.map((it) => `${it.name}@${it.at}`))
          for (const it of due) alive.splice(alive.indexOf(it), 1)
        }
      }
      assert.isAtLeast(expected.length, 200)
      assert.deepStrictEqual(runs.toSorted(), expected.toSorted())
    })
  )

  it.effect("has one sleeping fiber for a hundred thousand, and forgets those that are cancelled", () =>
    Effect.gen(function* () {
      let forks = 0
      let ran = 0
      const now = yield* monotonicMillis
      const list = new TimeoutList(
        () => now,
        (effect) => {
          forks += 1
          return Effect.runFork(Effect.andThen(Effect.never, effect))
        }
      )
      const sample: Array<WeakRef<Timeout>> = []
      for (let index = 0; index < 100_000; index++) {
        const timeout = list.schedule(now + 1_000 + index, () => (ran += 1))
        if (index % 1_000 === 0) sample.push(new WeakRef(timeout))
        if (list.size !== 1) throw new Error(`${list.size} in the list`)
        timeout.cancel()
      }
      assert.strictEqual(forks, 1)
      assert.strictEqual(ran, 0)
      assert.strictEqual(list.size, 0)
      yield* Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))
      collectGarbage()
      assert.isAtMost(sample.filter((it) => it.deref() !== undefined).length, 3)
      list.close()
    })
  )
})
