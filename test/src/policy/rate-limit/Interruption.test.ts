import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { makeTimeoutList } from "../../../../src/policy/deadline/TimeoutList.ts"
import { Admission } from "../../../../src/policy/rate-limit/Admission.ts"
import { admit } from "../../../../src/policy/rate-limit/Admit.ts"
import { makeRateLimiter, type RateLimiterOptions } from "../../../../src/policy/rate-limit/RateLimiter.ts"
import { WaitingRoom } from "../../../../src/policy/rate-limit/WaitingRoom.ts"
import { wakingBy } from "../../../../src/policy/rate-limit/WakingBy.ts"
import { Chance } from "./Plan.ts"
import type { GateState } from "./RoomModel.ts"
import { gateBy } from "./Schedule.ts"
import { SteppedWorld } from "./SteppedWorld.ts"

const valueOf = <A, E>(fiber: Fiber.Fiber<A, E>): A => {
  const exit = fiber.pollUnsafe()
  if (exit === undefined || !Exit.isSuccess(exit)) throw new Error(`not successful: ${String(exit)}`)
  return exit.value
}

const inScope = <A, E>(world: SteppedWorld, make: Effect.Effect<A, E, Scope.Scope>): A => {
  const made = world.fork(Effect.provideService(make, Scope.Scope, Scope.makeUnsafe()))
  world.run()
  return valueOf(made)
}

interface Visit {
  readonly starts: ReadonlyArray<string>
  readonly steps: number
  readonly hasVictimStarted: boolean
  readonly victim: Exit.Exit<unknown, unknown> | undefined
}

const callers = ["first", "second", "victim", "third", "fourth"] as const

/** Five callers at one limiter; the victim is interrupted before a step, or not there at all. */
const visit = (options: RateLimiterOptions, interruptAt: number, seed: number | undefined, hasVictim = true): Visit => {
  const world = new SteppedWorld(3, seed === undefined ? undefined : new Chance(seed))
  const limiter = inScope(world, makeRateLimiter(options))
  const begun = world.millis
  const starts: Array<string> = []
  const call = (name: string) =>
    limiter.run(
      Effect.andThen(
        Effect.sync(() => starts.push(`${name}@${world.millis - begun}`)),
        Effect.sleep("7 millis")
      ),
      { maximumWait: "5 seconds", priority: name === "second" ? "low" : "normal" }
    )
  const fibers = callers
    .filter((it) => hasVictim || it !== "victim")
    .map((name) => [name, world.fork(call(name))] as const)
  const victim = fibers.find(([name]) => name === "victim")?.[1]
  const first = world.steps
  world.run((step) => {
    if (step === interruptAt) victim?.interruptUnsafe()
  })
  const steps = world.steps - first
  for (const [name, fiber] of fibers) if (name !== "victim") valueOf(fiber)
  world.millis += 100_000
  const usage = valueOf(runNow(world, limiter.usage))
  assert.strictEqual(usage.running, 0)
  assert.strictEqual(usage.waiting, 0)
  for (const tier of usage.tiers) assert.strictEqual(tier.used, 0)
  const isVictim = (start: string) => start.startsWith("victim")
  return {
    starts: starts.filter((it) => !isVictim(it)),
    steps,
    hasVictimStarted: starts.some(isVictim),
    victim: victim?.pollUnsafe()
  }
}

const runNow = <A, E>(world: SteppedWorld, effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> => {
  const fiber = world.fork(effect)
  world.run()
  return fiber
}

const optionsToTry: ReadonlyArray<RateLimiterOptions> = [
  { limits: [{ limit: 2, window: "50 millis" }], concurrency: 1 },
  {
    limits: [
      { limit: 1, window: "20 millis" },
      { limit: 2, window: "90 millis" }
    ],
    accounting: "sent"
  },
  { limits: [], concurrency: 1 }
]

describe("interruption", () => {
  it("at any step of a caller leaves nothing behind, and moves nobody if he had not started", () => {
    let neutral = 0
    for (const options of optionsToTry) {
      const alone = visit(options, -1, undefined, false)
      const { steps } = visit(options, -1, undefined)
      assert.isAtLeast(steps, 40)
      let begun = 0
      for (let step = 0; step < steps; step++) {
        const seen = visit(options, step, undefined)
        assert.isDefined(seen.victim)
        if (seen.hasVictimStarted) continue
        if (seen.starts.join() === alone.starts.join()) neutral += 1
        else begun += 1
      }
      // Between the permit's use and the first word of the victim's effect lie three steps.
      assert.isAtMost(begun, 3)
    }
    assert.isAtLeast(neutral, 20)
  })

  it("leaves nothing behind whichever fiber the scheduler takes next", () => {
    for (let seed = 0; seed < 60; seed++) {
      for (const options of optionsToTry) visit(options, new Chance(seed).below(120), seed)
    }
  })

  it("in the very step of the admission gives permit, slot and probe to the next", () => {
    for (const interruptAt of ["gate", ...Array.from({ length: 60 }, (_, step) => step)]) {
      const world = new SteppedWorld(3)
      const state: GateState = { mode: "places", places: 1, inside: 0 }
      const timeouts = inScope(world, makeTimeoutList)
      const room: WaitingRoom = new WaitingRoom(
        { concurrency: 1, keepsOne: false },
        { now: () => world.millis, wakeAt: wakingBy(timeouts, () => room.drain()) }
      )
      let entered = 0
      const gate = gateBy(state)
      const lane = room.openLane(
        { tiers: [{ limit: 3, windowMillis: 10 }], accounting: "answered", queueLimit: 10, use: "ordinary" },
        {
          ...gate,
          enter: (now) => {
            entered += 1
            if (interruptAt === "gate" && entered === 2) fibers[1]?.interruptUnsafe()
            return gate.enter(now)
          }
        }
      )
      const call = Effect.uninterruptibleMask((restore) => {
        const wish = { rank: 1, enqueuedAt: world.millis, deadlineAt: 5_000, leaseMillis: Infinity } as const
        return admit({ room, timeouts, lane, wish, restore }, (admitted) => {
          if (!(admitted instanceof Admission)) return Effect.die(admitted)
          return Effect.onExit(restore(Effect.sleep("5 millis")), () =>
            Effect.sync(() => {
              gate.leave(admitted.ticket)
              admitted.end()
            })
          )
        })
      })
      const fibers = [world.fork(call), world.fork(call), world.fork(call)]
      world.run((step) => {
        if (step === interruptAt) fibers[1]?.interruptUnsafe()
        if (fibers.every((it) => it.pollUnsafe() !== undefined)) assert.strictEqual(timeouts.size, 0)
      })
      valueOf(fibers[0]!)
      valueOf(fibers[2]!)
      if (interruptAt === "gate") assert.isTrue(Exit.isFailure(fibers[1]!.pollUnsafe()!))
      assert.strictEqual(state.inside, 0)
      assert.strictEqual(room.bulkhead.inUse, 0)
      assert.strictEqual(lane.queue.size, 0)
      assert.strictEqual(timeouts.size, 0)
      assert.deepStrictEqual(lane.store.usage(world.millis), [{ limit: 3, windowMillis: 10, used: 0 }])
    }
  })
})
