import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { makeRateLimiter, type PermitOptions } from "../../../../src/policy/rate-limit/RateLimiter.ts"
import { monotonicMillis } from "../../../../src/policy/deadline/Deadline.ts"
import { SteppedWorld } from "./SteppedWorld.ts"

const startsWith = (limiter: Effect.Success<ReturnType<typeof makeRateLimiter>>) => {
  const starts: Array<readonly [name: string, at: number]> = []
  const call = (name: string, options: PermitOptions = {}, body: Effect.Effect<unknown, unknown> = Effect.void) =>
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

const limits = [{ limit: 1, window: "1 second" }] as const

describe("the options of a limiter", () => {
  for (const [name, options] of [
    ["a limit of nothing", { limits: [{ limit: 0, window: "1 second" }] }],
    ["a window without length", { limits: [{ limit: 1, window: 0 }] }],
    ["a window nobody can read", { limits: [{ limit: 1, window: "1 fortnight" as "1 week" }] }],
    ["an endless window", { limits: [{ limit: 1, window: Duration.infinity }] }],
    ["no slot", { limits, concurrency: 0 }],
    ["slots that are no number", { limits, concurrency: Number.NaN }],
    ["a queue of less than nothing", { limits, queueLimit: -1 }]
  ] as const) {
    it.effect(`with ${name} are rejected`, () =>
      Effect.gen(function* () {
        const rejected = yield* Effect.flip(makeRateLimiter(options))
        assert.strictEqual(rejected._tag, "RateLimitsRejected")
        assert.strictEqual(rejected.problems.length, 1)
        assert.include(rejected.message, "expected")
      })
    )
  }

  it.effect("that do not exist, or are of another kind, are rejected by their names, all together", () =>
    Effect.gen(function* () {
      const wrong: Parameters<typeof makeRateLimiter>[0] = JSON.parse(
        '{"limits":[{"limit":5,"window":"1 hour"},{"limit":9,"window":"1 minute"}],"concurency":3,"accounting":"both","agingStep":"soon"}'
      )
      const { problems } = yield* Effect.flip(makeRateLimiter(wrong))
      assert.deepStrictEqual(
        problems.map((it) => it.name),
        ["limits.0", "concurency", "accounting", "agingStep"]
      )
      const none: Parameters<typeof makeRateLimiter>[0] = JSON.parse("null")
      const { message } = yield* Effect.flip(makeRateLimiter(none))
      assert.include(message, "options: are no object")
    })
  )

  it.effect("of a call that can not be used refuse the call, which is not begun, and never as a defect", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits })
      const options: PermitOptions = JSON.parse('{"maximumWait":"a while","priority":"urgent","prio":"high"}')
      let begun = 0
      const refused = yield* Effect.flip(
        limiter.run(
          Effect.sync(() => (begun += 1)),
          options
        )
      )
      assert.strictEqual(refused.reason, "InputRejected")
      assert.deepStrictEqual(
        refused.problems?.map((it) => it.name),
        ["maximumWait", "priority", "prio"]
      )
      assert.include(refused.message, "maximumWait: the value can not be used, expected a duration such as 5 seconds")
      assert.deepStrictEqual([begun, (yield* limiter.usage).running], [0, 0])
    })
  )

  it.effect("that are rejected later leave the old ones in force", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits })
      yield* Effect.flip(limiter.setLimits([{ limit: 1.5, window: "1 second" }]))
      const { tiers } = yield* limiter.usage
      assert.deepStrictEqual(tiers, [{ limit: 1, windowMillis: 1_000, used: 0 }])
    })
  )
})

describe("a limiter", () => {
  it.effect("lets in at his deadline whoever may start at that instant", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits, accounting: "sent" })
      const { call, starts } = startsWith(limiter)
      for (const seconds of [0, 1, 2, 3, 4]) yield* call(`${seconds}`, { maximumWait: 1_001 * seconds })
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(starts, [
        ["0", 0],
        ["1", 1_001],
        ["2", 2_002],
        ["3", 3_003],
        ["4", 4_004]
      ])
    })
  )

  it.effect("refuses whoever finds the queue full, and at his deadline whom a slot did not come to in time", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [], concurrency: 1, queueLimit: 1 })
      const { call } = startsWith(limiter)
      yield* call("runs", {}, Effect.sleep("1 minute"))
      const waiting = yield* Effect.forkChild(Effect.flip(limiter.run(Effect.void, { maximumWait: "10 seconds" })), {
        startImmediately: true
      })
      const full = yield* Effect.flip(limiter.run(Effect.void))
      assert.strictEqual(full.reason, "QueueFull")
      assert.deepStrictEqual(full.retryAfter, Duration.seconds(1))
      assert.deepStrictEqual(yield* limiter.usage, { tiers: [], running: 1, waiting: 1 })
      yield* TestClock.adjust("10 seconds")
      const late = yield* Fiber.join(waiting)
      assert.strictEqual(late.reason, "RateLimitExceeded")
      assert.isUndefined(late.retryAfter)
      assert.deepStrictEqual(yield* limiter.usage, { tiers: [], running: 1, waiting: 0 })
    })
  )

  for (const [name, body] of [
    ["was interrupted", Effect.never],
    ["was interrupted and fails while it is cleaned up", Effect.ensuring(Effect.never, Effect.die("not cleaned up"))]
  ] as const) {
    it.effect(`counts a request that ${name} two seconds later, for it may still arrive`, () =>
      Effect.gen(function* () {
        const limiter = yield* makeRateLimiter({ limits })
        const { call, starts } = startsWith(limiter)
        const interrupted = yield* call("interrupted", {}, body)
        yield* call("next")
        yield* TestClock.adjust("500 millis")
        yield* Fiber.interrupt(interrupted)
        yield* TestClock.adjust("10 seconds")
        assert.deepStrictEqual(starts, [
          ["interrupted", 0],
          ["next", 3_501]
        ])
      })
    )
  }

  it.effect("counts a request that failed from its failure", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits })
      const { call, starts } = startsWith(limiter)
      yield* call("fails", {}, Effect.andThen(Effect.sleep("300 millis"), Effect.fail("no")))
      yield* call("next")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(starts, [
        ["fails", 0],
        ["next", 1_301]
      ])
    })
  )

  it.effect("wakes waiters when limits are raised, and gives no free burst when they are lowered", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [{ limit: 2, window: "1 minute" }], accounting: "sent" })
      const { call, starts } = startsWith(limiter)
      for (const name of ["a", "b", "c", "d"]) yield* call(name)
      yield* TestClock.adjust("10 seconds")
      yield* limiter.setLimits([{ limit: 3, window: "1 minute" }])
      yield* limiter.setLimits([{ limit: 1, window: "1 minute" }])
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(starts, [
        ["a", 0],
        ["b", 0],
        ["c", 10_000],
        ["d", 70_060]
      ])
    })
  )

  it("has one sleeping fiber for ten thousand waiters who all have a deadline", () => {
    const world = new SteppedWorld(2_048)
    const limiter = world.fork(
      Effect.provideService(
        makeRateLimiter({ limits, queueLimit: 10_000, accounting: "sent" }),
        Scope.Scope,
        Scope.makeUnsafe()
      )
    )
    const exit = limiter.pollUnsafe()
    assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
    if (exit === undefined || !Exit.isSuccess(exit)) return
    const call = exit.value.run(Effect.void, { maximumWait: "3 hours" })
    const fibers = Array.from({ length: 10_000 }, () => world.fork(call))
    assert.strictEqual(world.sleepers, 1)
    for (const fiber of fibers) fiber.interruptUnsafe()
    world.run()
    assert.strictEqual(world.sleepers, 0)
  })
})
