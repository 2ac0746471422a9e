import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { AttemptFailed } from "../../../schemas/Failures.ts"
import type { ApiReason } from "../../../schemas/Reason.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { slowDown } from "../../../src/pipeline/SlowDown.ts"
import { Admission } from "../../../src/policy/rate-limit/Admission.ts"
import { Waiter } from "../../../src/policy/rate-limit/Waiter.ts"

const failureOf = (reason: ApiReason) =>
  new AttemptFailed({ provider: "deepseek", operation: "chat", reason, outcome: "Refused" })
const door = AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
const wish = { rank: 1, enqueuedAt: 0, deadlineAt: Number.POSITIVE_INFINITY, leaseMillis: 1_000 } as const

describe("a provider's too many", () => {
  it.effect("closes the door until the hint has passed, and without one for the delay of the policy", () =>
    Effect.gen(function* () {
      const chat = yield* door
      const hinted = failureOf({ _tag: "RateLimited", retryAfter: Duration.seconds(5) })
      assert.deepStrictEqual(slowDown(chat, hinted, Duration.seconds(6), 0, 0), Duration.seconds(5))
      assert.strictEqual(chat.lane.pausedUntil, 5_000)
      assert.isUndefined(slowDown(chat, failureOf({ _tag: "RateLimited" }), Duration.seconds(2), 0, 0))
      assert.strictEqual(chat.lane.pausedUntil, 5_000)
      assert.isUndefined(slowDown(chat, failureOf({ _tag: "ServerFailed", status: 500 }), Duration.seconds(9), 0, 0))
      assert.strictEqual(chat.lane.pausedUntil, 5_000)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("closes the door for a day at most, however far a used-up quota points", () =>
    Effect.gen(function* () {
      const chat = yield* door
      slowDown(chat, failureOf({ _tag: "QuotaExhausted", retryAfter: Duration.days(30) }), undefined, 0, 0)
      assert.strictEqual(chat.lane.pausedUntil, Duration.toMillis(Duration.days(1)))
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect(
    "that names a limit of requests at once shrinks the slots below it, and a milder one lets somebody in",
    () =>
      Effect.gen(function* () {
        const chat = yield* door
        const { lane, room } = chat
        slowDown(chat, failureOf({ _tag: "RateLimited", concurrencyLimit: 2 }), undefined, 0, 0)
        assert.strictEqual(room.bulkhead.concurrencyAt(0), 1)
        const first = room.enter(lane, wish)
        const second = room.enter(lane, wish)
        assert.isTrue(first instanceof Admission && second instanceof Waiter)
        slowDown(chat, failureOf({ _tag: "RateLimited", concurrencyLimit: 3 }), undefined, 0, 0)
        assert.isTrue(second instanceof Waiter && second.outcome instanceof Admission)
        yield* TestClock.adjust("61 seconds")
        assert.strictEqual(room.bulkhead.concurrencyAt(61_000), 5)
      }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("that comes again after the pause, without a hint, halves the slots for a window without another", () =>
    Effect.gen(function* () {
      const chat = yield* door
      const { lane, room } = chat
      const tooMany = failureOf({ _tag: "RateLimited" })
      const refuse = (begunAt: number, now: number) => slowDown(chat, tooMany, Duration.millis(1), begunAt, now)
      for (let running = 0; running < 4; running++) room.enter(lane, wish)
      refuse(0, 100)
      assert.strictEqual(room.bulkhead.concurrencyAt(100), 5)
      // On the wire together with the first: it says nothing new.
      refuse(50, 110)
      assert.strictEqual(room.bulkhead.concurrencyAt(110), 5)
      refuse(200, 300)
      assert.strictEqual(room.bulkhead.concurrencyAt(300), 2)
      refuse(400, 500)
      assert.strictEqual(room.bulkhead.concurrencyAt(60_499), 1)
      assert.strictEqual(room.bulkhead.concurrencyAt(60_500), 5)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("is no row where an answer came between, where a hint says how long, or where the last is long ago", () =>
    Effect.gen(function* () {
      const chat = yield* door
      const refuse = (begunAt: number, hint?: Duration.Duration) =>
        slowDown(
          chat,
          failureOf({ _tag: "RateLimited", ...(hint === undefined ? {} : { retryAfter: hint }) }),
          undefined,
          begunAt,
          begunAt + 1
        )
      refuse(0)
      chat.refusals.answered()
      refuse(100)
      refuse(70_000)
      refuse(80_000, Duration.seconds(1))
      assert.strictEqual(chat.room.bulkhead.concurrencyAt(80_001), 5)
      refuse(90_000)
      assert.isBelow(chat.room.bulkhead.concurrencyAt(90_001), 5)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("never makes more slots than the settings have", () =>
    Effect.gen(function* () {
      const { room } = yield* door
      slowDown(yield* door, failureOf({ _tag: "RateLimited", concurrencyLimit: 500 }), undefined, 0, 0)
      assert.strictEqual(room.bulkhead.concurrencyAt(1), 5)
    }).pipe(Effect.provide(Mock.layer))
  )
})
