/** The contracts of limiter, breaker, single flight and the whole, whichever fiber the scheduler takes next. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import { makeSingleFlight } from "../../src/cache/SingleFlight.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { makeCircuitBreaker } from "../../src/policy/circuit-breaker/MakeCircuitBreaker.ts"
import { makeRateLimiter } from "../../src/policy/rate-limit/RateLimiter.ts"
import { Chance } from "../src/policy/rate-limit/Plan.ts"
import { SteppedWorld } from "../src/policy/rate-limit/SteppedWorld.ts"
import { taken } from "./TrapWorld.ts"

const seeds = Array.from({ length: 40 }, (_, seed) => seed)

const valueOf = <A, E>(fiber: Fiber.Fiber<A, E>): A => {
  const exit = fiber.pollUnsafe()
  if (exit === undefined || !Exit.isSuccess(exit)) throw new Error(`not successful: ${String(exit)}`)
  return exit.value
}

/** A world in which chance chooses who goes on, and where each fiber gives way after few operations. */
const worldOf = (seed: number) => {
  const chance = new Chance(seed)
  const world = new SteppedWorld(chance.between(3, 40), chance)
  const now = <A, E>(effect: Effect.Effect<A, E>): A => {
    const fiber = world.fork(effect)
    while (fiber.pollUnsafe() === undefined && world.step());
    return valueOf(fiber)
  }
  const made = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): A =>
    now(Effect.provideService(effect, Scope.Scope, Scope.makeUnsafe()))
  return { chance, made, now, world }
}

describe("in any order of fibers", () => {
  it("a limiter holds its window and its slots, serves whoever stays, and keeps nothing of who left", () => {
    for (const seed of seeds) {
      const { chance, made, now, world } = worldOf(seed)
      const limiter = made(
        makeRateLimiter({ limits: [{ limit: 5, window: "100 millis" }], concurrency: 3, accounting: "sent" })
      )
      const starts: Array<number> = []
      let inside = 0
      const call = Effect.acquireUseRelease(
        Effect.sync(() => {
          starts.push(world.millis)
          inside += 1
          assert.isAtMost(inside, 3)
        }),
        () => Effect.sleep("7 millis"),
        () => Effect.sync(() => (inside -= 1))
      )
      const fibers = Array.from({ length: 30 }, () => world.fork(limiter.run(call)))
      const leavers = fibers.filter(() => chance.is(0.3))
      world.run(() => {
        if (chance.is(0.05)) leavers.pop()?.interruptUnsafe()
      })
      for (const fiber of fibers) assert.isDefined(fiber.pollUnsafe())
      for (const start of starts) {
        assert.isAtMost(starts.filter((it) => it >= start && it < start + 100).length, 5)
      }
      const { running, waiting } = now(limiter.usage)
      assert.deepStrictEqual([running, waiting, inside], [0, 0, 0])
    }
  })

  it("a circuit that recovers lets in as many as it has places for, and ends closed when all is well", () => {
    for (const seed of seeds) {
      const { chance, made, now, world } = worldOf(seed)
      const breaker = made(makeCircuitBreaker({ consecutiveFailures: 1, openJitter: 0 }))
      now(Effect.flip(breaker.run(Effect.fail("down"))))
      world.millis += 5_000
      let inside = 0
      const seen = new Set<string>()
      const probe = Effect.acquireUseRelease(
        Effect.map(breaker.state, ({ _tag }) => {
          inside += 1
          seen.add(_tag)
          if (_tag === "HalfOpen") assert.isAtMost(inside, 2)
        }),
        () => Effect.sleep("7 millis"),
        () => Effect.sync(() => (inside -= 1))
      )
      const fibers = Array.from({ length: 20 }, () => world.fork(Effect.exit(breaker.run(probe))))
      world.run(() => {
        if (chance.is(0.02)) fibers[chance.below(fibers.length)]?.interruptUnsafe()
      })
      assert.include([...seen], "HalfOpen")
      for (let round = 0; round < 30; round++) now(breaker.run(Effect.succeed("well")))
      assert.strictEqual(now(breaker.state)._tag, "Closed")
      assert.strictEqual(inside, 0)
    }
  })

  it("equal requests are one flight at a time, and whoever stays gets its answer", () => {
    for (const seed of seeds) {
      const { chance, made, world } = worldOf(seed)
      const flights = made(makeSingleFlight<string, string>())
      let open = 0
      const run = () =>
        Effect.acquireUseRelease(
          Effect.sync(() => assert.strictEqual(++open, 1)),
          () => Effect.as(Effect.sleep("5 millis"), "fox"),
          () => Effect.sync(() => (open -= 1))
        )
      const wish = { deadlineAt: 1e9, priority: "normal" } as const
      const fibers = Array.from({ length: 30 }, (_, index) =>
        world.fork(Effect.delay(flights.join("key", wish, run), index % 4))
      )
      const leavers = fibers.filter(() => chance.is(0.5))
      const staying = fibers.filter((it) => !leavers.includes(it))
      world.run(() => {
        if (chance.is(0.1)) leavers.pop()?.interruptUnsafe()
      })
      for (const fiber of staying) assert.strictEqual(valueOf(fiber), "fox")
      assert.deepStrictEqual([open, flights.inFlight()], [0, 0])
    }
  })

  it("calls to a flaky provider keep limit, slots and money, whoever leaves", () => {
    for (const seed of seeds.slice(0, 12)) {
      const { chance, world } = worldOf(seed)
      const calls = Array.from({ length: 25 }, (_, index) =>
        PromptEnhancer.use((it) =>
          it.enhance({ prompt: `fox ${index % 15}` }, { cache: "fresh", deadline: Duration.minutes(10) })
        )
      )
      const program = Effect.gen(function* () {
        yield* Effect.forEach(
          calls,
          (call, index) => {
            const patience = chance.is(0.3) ? chance.between(1, 4_000) : 3_600_000
            return Effect.timeoutOption(Effect.delay(Effect.result(call), (index % 7) * 300), patience)
          },
          { concurrency: "unbounded" }
        )
        const { largestInFlight } = yield* MockHandle.use((it) => it.totals)
        const { reserved } = yield* CostLedger.use((it) => it.totals())
        const { slots, waiting } = yield* taken
        return {
          largestInFlight: largestInFlight.deepseek,
          inWindow: yield* MockHandle.use((it) => it.largestCountInWindow("chat", 5_000)),
          left: { reserved, slots, waiting }
        }
      }).pipe(
        Effect.provide(
          Mock.layerWith({
            seed,
            scenario: "flaky",
            settings: { deepseek: { concurrency: 3, rateLimit: { requests: 6, window: 5 } } }
          })
        )
      )
      const fiber = world.fork(program)
      while (fiber.pollUnsafe() === undefined && world.step());
      const { inWindow, largestInFlight, left } = valueOf(fiber)
      assert.deepStrictEqual(left, { reserved: 0, slots: 0, waiting: 0 })
      assert.isAtMost(largestInFlight, 3)
      assert.isAtMost(inWindow, 6)
    }
  })
})
