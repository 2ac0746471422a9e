import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { CallEvent } from "../../schemas/CallEvent.ts"
import { ImageGenerator } from "../../src/image/ImageGenerator.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../src/pipeline/AdmissionControl.ts"
import { makeRateLimiter } from "../../src/policy/rate-limit/RateLimiter.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { jobs, inWorld, submit } from "../src/image/ImageWorld.ts"
import { running } from "../support/FakeImageProvider.ts"
import { ask, begin, chatDoor, countOf, passing, play } from "./TrapWorld.ts"

describe("a permit", () => {
  it.effect("of a call that loses a race is free at once: its slot, and its turn if it never came", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({
        limits: [{ limit: 3, window: "1 hour" }],
        concurrency: 1,
        accounting: "sent"
      })
      const loser = limiter.run(Effect.never)
      yield* passing(Effect.race(loser, Effect.sleep("1 second")), "2 seconds")
      assert.deepInclude(yield* limiter.usage, { running: 0, waiting: 0 })
      const holder = yield* begin(limiter.run(Effect.sleep("1 minute")))
      for (let index = 0; index < 50; index++) {
        yield* passing(Effect.race(loser, Effect.sleep("1 second")), "1 second")
      }
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(holder)
      const { running, tiers, waiting } = yield* limiter.usage
      assert.deepStrictEqual([running, waiting, tiers[0]?.used], [0, 0, 2])
      assert.strictEqual(yield* limiter.run(Effect.succeed("third")), "third")
    })
  )

  it.effect("that a finalizer waits for behind its own holder is refused in time, and nothing hangs", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [], concurrency: 1 })
      const ends: Array<string> = []
      const cleanUp = Effect.matchEffect(limiter.run(Effect.void, { maximumWait: "5 seconds" }), {
        onFailure: (refused) => Effect.sync(() => ends.push(refused._tag)),
        onSuccess: () => Effect.sync(() => ends.push("cleaned up"))
      })
      const inside = yield* begin(limiter.run(Effect.ensuring(Effect.never, cleanUp)))
      const leaving = yield* begin(Fiber.interrupt(inside))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(leaving)
      assert.deepStrictEqual(ends, ["RateLimitRefused"])
      const outside = yield* begin(Effect.ensuring(limiter.run(Effect.never), cleanUp))
      yield* Fiber.interrupt(outside)
      assert.deepStrictEqual(ends, ["RateLimitRefused", "cleaned up"])
      assert.deepInclude(yield* limiter.usage, { running: 0, waiting: 0 })
    })
  )

  it.effect("is not taken by a call whose fiber is interrupted before it runs", () =>
    Effect.gen(function* () {
      const limiter = yield* makeRateLimiter({ limits: [{ limit: 1, window: "1 hour" }], concurrency: 1 })
      for (let index = 0; index < 20; index++) {
        const call = yield* Effect.forkChild(limiter.run(Effect.never))
        yield* Fiber.interrupt(call)
      }
      assert.strictEqual(yield* limiter.run(Effect.succeed("fox"), { maximumWait: 0 }), "fox")
    })
  )
})

describe("a program", () => {
  it.effect("has one door for each operation of each account, however often and deep it is provided", () =>
    Effect.gen(function* () {
      const layer = Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 2, window: 3600 } } } })
      yield* Effect.gen(function* () {
        const outer = yield* AdmissionControl
        assert.strictEqual(new Set(outer.doors.map((it) => `${it.scope} ${it.operation}`)).size, outer.doors.length)
        assert.strictEqual(new Set(outer.doors.map((it) => it.room)).size, 3)
        yield* passing(ask("fox one"))
        yield* passing(Effect.provide(ask("fox two"), layer))
        const refused = yield* Effect.flip(
          Effect.provide(ask("fox three", { deadline: Duration.minutes(30) }), Layer.merge(layer, layer))
        )
        assert.strictEqual(refused.reason._tag, "RateLimitExceeded")
        assert.strictEqual(yield* countOf("chat"), 2)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("that ends leaves no fiber that asks the provider: polls, retries, waiters, settings", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(
        Mock.layerWith({
          settings: { deepseek: { rateLimit: { requests: 1, window: 60 } }, nanobanana: { jobExpiry: 86_400_000 } },
          scenario: "stuck-job"
        }),
        scope
      )
      yield* Effect.gen(function* () {
        yield* ImageGenerator.use((it) => it.submit({ prompt: "a red fox" }))
        const waiting = yield* Effect.forEach(["one", "two", "three"], (name) => begin(ask(`fox ${name}`)))
        yield* TestClock.adjust("30 seconds")
        assert.isAtLeast(yield* countOf("status"), 2)
        assert.strictEqual(yield* countOf("chat"), 1)
        yield* Scope.close(scope, Exit.void)
        const before = (yield* MockHandle.use((it) => it.requests)).length
        yield* TestClock.adjust("12 hours")
        assert.strictEqual((yield* MockHandle.use((it) => it.requests)).length, before)
        yield* Fiber.interruptAll(waiting)
        assert.deepInclude(
          yield* chatDoor.pipe(
            Effect.map(({ lane, room }) => ({ waiting: lane.queue.size, slots: room.bulkhead.inUse }))
          ),
          { waiting: 0, slots: 0 }
        )
      }).pipe(Effect.provide(Context.merge(yield* Effect.context<never>(), services)))
    })
  )

  it.effect("hears of a poll that dies: whoever waits gets the defect, and the paid job is held for a person", () =>
    inWorld({ first: { status: [running, Effect.die(new Error("a broken poll"))] } }, () =>
      Effect.gen(function* () {
        const job = yield* submit()
        const waiting = yield* Effect.forkChild(ImageGenerator.use((it) => it.await(job.id)))
        yield* TestClock.adjust("1 hour")
        const end = waiting.pollUnsafe()
        assert.isDefined(end)
        assert.isTrue(Exit.isFailure(end) && !Cause.hasInterruptsOnly(end.cause))
        const [held] = yield* jobs
        assert.strictEqual(held?.state._tag, "OutcomeUnknown")
      })
    )
  )
})

describe("an observer", () => {
  const throwing = (told: Array<string>) => (event: CallEvent) => {
    told.push(event._tag)
    throw new Error("a broken observer")
  }

  it.effect("that throws at every event changes no call, no job, no money and no circuit", () =>
    Effect.gen(function* () {
      const story = (observer: (event: CallEvent) => void) =>
        Effect.gen(function* () {
          const observed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
            Effect.provideService(passing(effect, "5 minutes"), CallEvents, observer)
          const image = yield* observed(ImageGenerator.use((it) => it.generate({ prompt: "a red fox" })))
          yield* play({ faults: [{ fault: "unavailable", operation: "chat", times: 2 }] })
          const text = yield* observed(ask("fox"))
          yield* play({ faults: [{ fault: "refused", operation: "chat" }] })
          const failed = yield* observed(Effect.flip(ask("owl")))
          yield* observed(Effect.flip(ask("")))
          return {
            image: image.attempts,
            text: text.attempts,
            failed: failed._tag,
            circuit: (yield* chatDoor).circuit.state._tag,
            money: yield* CostLedger.use((it) => it.totals()),
            requests: (yield* MockHandle.use((it) => it.requests)).map((it) => it.operation)
          }
        })
      const told: Array<string> = []
      const quiet = yield* Effect.provide(
        story(() => undefined),
        Mock.layerWith({ seed: 3 })
      )
      const loud = yield* Effect.provide(story(throwing(told)), Mock.layerWith({ seed: 3 }))
      assert.deepStrictEqual(loud, quiet)
      assert.includeMembers(told, ["JobMoved", "RetryScheduled", "CircuitMoved", "CallFailed", "CallRejected"])
    })
  )
})
