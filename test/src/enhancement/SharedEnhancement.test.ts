/** Equal enhancements at the same time, through the whole service. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { EnhancementRequest } from "../../../schemas/Enhancement.ts"
import { Owner } from "../../../schemas/Identifiers.ts"
import { noCost } from "../../../schemas/Money.ts"
import type { EnhancementOptions } from "../../../src/enhancement/PromptEnhancer.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { asking, chatDoor, chatFault, chats, pass } from "./SimulatedEnhancer.ts"

const begin = (request?: Partial<EnhancementRequest>, options?: EnhancementOptions) =>
  Effect.forkChild(asking(request, options), { startImmediately: true })

const sluggish = Mock.layerWith({ latency: { chat: 1_000 } })

const isOfEveryCall = ({ _tag }: CallEvent) => _tag === "CacheAnswered" || _tag === "CallEnded"

describe("a hundred equal calls at once", () => {
  it.effect("are one request: the first call has its cost and attempt, all have its text", () =>
    Effect.gen(function* () {
      const all = yield* pass(
        Effect.all(
          Array.from({ length: 100 }, () => asking()),
          { concurrency: "unbounded" }
        )
      )
      const [first, ...others] = all
      assert.isDefined(first)
      assert.strictEqual(yield* chats, 1)
      assert.strictEqual(first.attempts, 1)
      assert.isAbove(first.cost.usdMicros ?? 0, 0)
      for (const other of others) {
        assert.deepStrictEqual(other, { ...first, callId: other.callId, cost: noCost, attempts: 0 })
      }
      assert.strictEqual(new Set(all.map((it) => it.callId)).size, 100)
      const { reserved, spent } = yield* CostLedger.use((it) => it.totals())
      assert.deepStrictEqual([reserved, spent], [0, first.cost.usdMicros ?? -1])
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("are told so: one miss, ninety-nine joined, and the request under the first call's id", () =>
    Effect.gen(function* () {
      const events = yield* recordCalls((events) =>
        Effect.as(
          pass(
            Effect.all(
              Array.from({ length: 100 }, () => asking()),
              { concurrency: "unbounded" }
            )
          ),
          events
        )
      )
      const answers = events.flatMap((it) => (it._tag === "CacheAnswered" ? [it] : []))
      assert.deepStrictEqual(
        [answers.filter((it) => it.answer === "Miss").length, answers.filter((it) => it.answer === "Joined").length],
        [1, 99]
      )
      const missed = answers.find((it) => it.answer === "Miss")?.callId
      const rest = events.flatMap((it) => (isOfEveryCall(it) || !("callId" in it) ? [] : [it.callId]))
      assert.deepStrictEqual(new Set(rest), new Set([missed]))
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("of two owners are two requests", () =>
    Effect.gen(function* () {
      const owner = Owner.make("another")
      yield* pass(Effect.all([asking(), asking({}, { owner }), asking(), asking({}, { owner })], { concurrency: 4 }))
      assert.strictEqual(yield* chats, 2)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("that fail all fail, each under its own id, and only the first says what it may have cost", () =>
    Effect.gen(function* () {
      yield* chatFault("lost-answer")
      const fibers = yield* Effect.all([begin(), begin(), begin()])
      yield* TestClock.adjust("1 minute")
      const failures = yield* Effect.forEach(fibers, (fiber) => Effect.flip(Fiber.join(fiber)))
      assert.strictEqual(new Set(failures.map((it) => it.callId)).size, 3)
      assert.deepStrictEqual(new Set(failures.map((it) => it.reason._tag)), new Set(["ConnectionLost"]))
      const costs = failures.map((it) => (it._tag === "ApiError" ? it.cost?.usdMicros : undefined))
      assert.isAbove(costs[0] ?? 0, 0)
      assert.deepStrictEqual(costs.slice(1), [0, 0])
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("who leaves a flight", () => {
  it.effect("leaves the others what he began, and its requests stay told where he listened", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const first = yield* Effect.forkChild(
        Effect.provideService(asking(), CallEvents, (event) => {
          told.push(event._tag)
        }),
        { startImmediately: true }
      )
      const second = yield* begin()
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust(500)
      const result = yield* Fiber.join(second)
      assert.deepInclude(result, { provenance: { _tag: "Live" }, attempts: 1 })
      assert.strictEqual(yield* chats, 1)
      assert.deepStrictEqual(told.slice(-1), ["CallSucceeded"])
      assert.isAbove(result.cost.usdMicros ?? 0, 0)
      assert.strictEqual((yield* CostLedger.use((it) => it.totals())).spent, result.cost.usdMicros)
    }).pipe(Effect.provide(sluggish))
  )

  it.effect("as the last one ends the request, which gives everything back", () =>
    Effect.gen(function* () {
      const fibers = yield* Effect.all([begin(), begin()])
      yield* TestClock.adjust(500)
      const { room } = yield* chatDoor
      assert.strictEqual(room.bulkhead.inUse, 1)
      yield* Fiber.interruptAll(fibers)
      assert.strictEqual(room.bulkhead.inUse, 0)
      assert.strictEqual((yield* CostLedger.use((it) => it.totals())).reserved, 0)
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* pass(asking()), { provenance: { _tag: "Live" }, attempts: 1 })
    }).pipe(Effect.provide(sluggish))
  )

  it.effect("by its own deadline leaves at that instant, and the others stay", () =>
    Effect.gen(function* () {
      const first = yield* begin({}, { deadline: Duration.millis(300) })
      yield* TestClock.adjust(100)
      const hasty = yield* begin({}, { deadline: Duration.millis(300) })
      const patient = yield* begin()
      yield* TestClock.adjust(199)
      assert.isUndefined(first.pollUnsafe())
      yield* TestClock.adjust(1)
      const ofFirst = yield* Effect.flip(Fiber.join(first))
      assert.deepInclude(ofFirst, { _tag: "ApiError", outcome: "Unknown", isRetryable: true })
      assert.strictEqual(ofFirst.reason._tag, "TimedOut")
      yield* TestClock.adjust(100)
      const ofHasty = yield* Effect.flip(Fiber.join(hasty))
      assert.deepInclude(ofHasty, { _tag: "Rejection", outcome: "NotSent" })
      assert.strictEqual(ofHasty.reason._tag, "DeadlineExceeded")
      assert.notStrictEqual(ofHasty.callId, ofFirst.callId)
      yield* TestClock.adjust("1 second")
      const ofPatient = yield* Fiber.join(patient)
      assert.deepInclude(ofPatient, { provenance: { _tag: "Live" }, attempts: 1 })
      assert.isAbove(ofPatient.cost.usdMicros ?? 0, 0)
      // The request that the first began is the only one, and the first who is still there pays for it.
      assert.strictEqual(yield* chats, 1)
      const { reserved, spent } = yield* CostLedger.use((it) => it.totals())
      assert.deepStrictEqual([reserved, spent], [0, ofPatient.cost.usdMicros ?? -1])
    }).pipe(Effect.provide(sluggish))
  )

  it.effect("takes the request along when the deadline of all is over", () =>
    Effect.gen(function* () {
      const first = yield* begin({}, { deadline: Duration.millis(300) })
      yield* TestClock.adjust(100)
      const later = yield* begin({}, { deadline: Duration.millis(400) })
      yield* TestClock.adjust(400)
      for (const fiber of [first, later]) {
        const failure = yield* Effect.flip(Fiber.join(fiber))
        assert.strictEqual(failure.reason._tag, "TimedOut")
      }
      assert.strictEqual(yield* chats, 1)
      assert.strictEqual((yield* CostLedger.use((it) => it.totals())).reserved, 0)
    }).pipe(Effect.provide(sluggish))
  )
})

describe("a flight that waits at the limiter", () => {
  const narrow = Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 1, window: 60 } } } })
  const long = { deadline: Duration.hours(1) }
  const order = Effect.map(
    MockHandle.use((it) => it.requests),
    (all) => all.flatMap((it) => /"text":\\?"(\w+)/.exec(JSON.stringify(it.body).replaceAll("\\", ""))?.[1] ?? [])
  )

  it.effect("is raised by a joiner of high priority", () =>
    Effect.gen(function* () {
      yield* pass(asking({ prompt: "first" }), "1 second")
      const low = yield* begin({ prompt: "low" }, { ...long, priority: "low" })
      const normal = yield* begin({ prompt: "normal" }, long)
      yield* TestClock.adjust("5 seconds")
      const high = yield* begin({ prompt: "low" }, { ...long, priority: "high" })
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach([low, normal, high], Fiber.join)
      assert.deepStrictEqual(yield* order, ["first", "low", "normal"])
    }).pipe(Effect.provide(narrow))
  )

  it.effect("but for that, goes after what is more important", () =>
    Effect.gen(function* () {
      yield* pass(asking({ prompt: "first" }), "1 second")
      const fibers = yield* Effect.all([
        begin({ prompt: "low" }, { ...long, priority: "low" }),
        begin({ prompt: "normal" }, long)
      ])
      yield* TestClock.adjust("10 minutes")
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(yield* order, ["first", "normal", "low"])
    }).pipe(Effect.provide(narrow))
  )

  it.effect("waits as long as the most patient joiner does", () =>
    Effect.gen(function* () {
      yield* pass(asking({ prompt: "first" }), "1 second")
      const hasty = yield* begin({ prompt: "second" }, { deadline: Duration.seconds(62) })
      const patient = yield* begin({ prompt: "second" }, long)
      const ahead = yield* begin({ prompt: "ahead" }, { ...long, priority: "high" })
      yield* TestClock.adjust("10 minutes")
      const left = yield* Fiber.await(hasty)
      assert.isTrue(Exit.isFailure(left))
      assert.strictEqual((yield* Effect.flip(Fiber.join(hasty))).reason._tag, "DeadlineExceeded")
      assert.deepInclude(yield* Fiber.join(patient), { provenance: { _tag: "Live" }, attempts: 1 })
      yield* Fiber.join(ahead)
      assert.deepStrictEqual(yield* order, ["first", "ahead", "second"])
    }).pipe(Effect.provide(narrow))
  )
})
