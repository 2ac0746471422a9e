/**
 * Limits that change while callers come and wait: counted at the simulated provider's door, in virtual time.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"

const window = 60

/** What happens next: so many callers come, or the limit changes; then so many seconds pass. */
const Step = Schema.Struct({
  callers: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8 })),
  limit: Schema.UndefinedOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 8 }))),
  seconds: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 45 }))
})

const limitOf = (requests: number) => ({ deepseek: { rateLimit: { requests, window } } })

describe("limits that change under load", () => {
  it.effect.prop(
    "let no window hold more than the limit under which the last of it was let in, and everybody has his turn",
    [Schema.Array(Step).check(Schema.isMinLength(4), Schema.isMaxLength(12)), Schema.Boolean],
    ([steps, isSaved]) =>
      Effect.gen(function* () {
        const settings = yield* LiveSettings
        const change = isSaved ? settings.save : settings.update
        const started: Array<{ readonly at: number; readonly limit: number }> = []
        const limitNow = () => {
          const { rateLimit } = settings.latest().settings.deepseek
          return "requests" in rateLimit ? rateLimit.requests : Number.NaN
        }
        const observe = (event: CallEvent) => {
          if (event._tag === "AttemptStarted") started.push({ at: event.at, limit: limitNow() })
        }
        const callers: Array<Fiber.Fiber<unknown, unknown>> = []
        for (const { callers: count, limit, seconds } of steps) {
          if (limit !== undefined) yield* change(limitOf(limit))
          for (let caller = 0; caller < count; caller++) {
            const call = PromptEnhancer.use((it) =>
              it.enhance({ prompt: `fox ${callers.length}` }, { deadline: Duration.hours(20) })
            ).pipe(Effect.provideService(CallEvents, observe))
            callers.push(yield* Effect.forkChild(call, { startImmediately: true }))
          }
          yield* TestClock.adjust(Duration.seconds(seconds))
        }
        // Enough for all: raising the limit wakes whoever waits.
        yield* change(limitOf(1_000))
        yield* TestClock.adjust("5 minutes")
        assert.strictEqual(callers.filter((it) => it.pollUnsafe() === undefined).length, 0)
        assert.strictEqual(started.length, callers.length)
        started.forEach(({ at, limit }, last) => {
          const held = started.slice(0, last + 1).filter((it) => it.at > at - window * 1_000).length
          assert.isAtMost(held, limit, `at ${at}`)
        })
      }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { concurrency: 1_000 } } }))),
    { arbitrary: { runs: 40 } }
  )

  it.effect("keep the call that runs under the version it began with", () =>
    Effect.gen(function* () {
      const settings = yield* LiveSettings
      const call = yield* Effect.forkChild(
        PromptEnhancer.use((it) => it.enhance({ prompt: "a red fox" })),
        { startImmediately: true }
      )
      yield* TestClock.adjust("100 millis")
      yield* settings.update({ deepseek: { attemptTimeout: { chat: 1 }, timeout: 1, retryLimit: 0 } })
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual((yield* Fiber.join(call)).provenance._tag, "Live")
      const next = yield* Effect.forkChild(Effect.flip(PromptEnhancer.use((it) => it.enhance({ prompt: "another" }))), {
        startImmediately: true
      })
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual((yield* Fiber.join(next)).reason._tag, "TimedOut")
    }).pipe(Effect.provide(Mock.layer))
  )
})
