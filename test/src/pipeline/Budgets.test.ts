/** What a budget does to whole calls, over the simulated providers. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { CallEvent } from "../../../schemas/CallEvent.ts"
import { CallId, defaultOwner, IdempotencyKey, Owner } from "../../../schemas/Identifiers.ts"
import type { SettingsDocument } from "../../../schemas/Settings.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../../src/illustration/Illustrator.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { JobLedger } from "../../../src/job/JobLedger.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { LiveSettings } from "../../../src/settings/LiveSettings.ts"
import { CallEvents } from "../../../src/telemetry/CallEvents.ts"
import { throughTime as resultThroughTime } from "../../support/ThroughTime.ts"

const enhance = (prompt: string, owner?: Owner) =>
  PromptEnhancer.use((it) => it.enhance({ prompt }, owner === undefined ? {} : { owner }))
const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))
const generate = ImageGenerator.use((it) => it.generate({ prompt: "a red fox" }))
const totals = CostLedger.use((it) => it.totals())
const asked = MockHandle.use((it) => it.requests)
const budget = (it: NonNullable<SettingsDocument["budget"]>) =>
  LiveSettings.use((settings) => settings.update({ budget: it }))

const throughTime = <A, E, R>(effect: Effect.Effect<A, E, R>, seconds: number) =>
  Effect.flatMap(resultThroughTime(effect, seconds), Effect.fromResult)

const picture = 40_000
const world = (settings: SettingsDocument) =>
  Mock.layerWith({
    settings: { ...settings, nanobanana: { priceUpperBound: picture, ...settings.nanobanana } }
  })

describe("a budget, for enhancements", () => {
  it.effect("refuses after admission, and gives permit, slot and circuit back unused", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(enhance("a red fox"))
      assert.strictEqual(refused._tag, "Rejection")
      assert.deepInclude(refused.reason, { _tag: "BudgetExhausted", budget: "perDay", limitUsdMicros: 10 })
      const { circuit, lane } = yield* AdmissionControl.useSync((it) => it.door("deepseek", "chat"))
      assert.strictEqual(circuit.state._tag, "Closed")
      assert.strictEqual((yield* asked).length, 0)
      assert.deepInclude(yield* totals, { reserved: 0, spent: 0 })
      // The only permit of the hour is still there.
      yield* budget({ perDay: "none" })
      assert.strictEqual((yield* throughTime(enhance("a red fox"), 30)).provenance._tag, "Live")
      assert.strictEqual(lane.queue.size, 0)
    }).pipe(Effect.provide(world({ budget: { perDay: 10 }, deepseek: { rateLimit: { requests: 1, window: 3600 } } })))
  )

  it.effect("lets whoever can be paid for have the place of whoever can not", () =>
    Effect.gen(function* () {
      const poor = Owner.make("poor")
      const purpose = { callId: CallId.make("call_1"), owner: poor, provider: "deepseek", operation: "chat" } as const
      yield* CostLedger.use((it) => it.reserve(purpose, { usdMicros: 9_999, basis: "measured" }, 1_000))
      yield* throughTime(enhance("first"), 30)
      const waiting = yield* Effect.forEach([poor, poor, defaultOwner], (owner, index) =>
        Effect.forkChild(
          Effect.exit(
            PromptEnhancer.use((it) => it.enhance({ prompt: `waits ${index}` }, { owner, deadline: Duration.hours(6) }))
          )
        )
      )
      yield* TestClock.adjust("30 minutes")
      assert.strictEqual((yield* asked).length, 1)
      // One place an hour: two are refused the money when it is theirs, and the third has it in the same instant.
      yield* TestClock.adjust("31 minutes")
      const exits = yield* Effect.forEach(waiting, Fiber.join)
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [false, false, true])
      assert.strictEqual((yield* asked).length, 2)
    }).pipe(
      Effect.provide(
        world({ budget: { perOwnerPerDay: 10_000 }, deepseek: { rateLimit: { requests: 1, window: 3600 } } })
      )
    )
  )

  it.effect("is not passed by a thousand at once, counted at the provider", () =>
    Effect.gen(function* () {
      const calls = yield* Effect.forkChild(
        Effect.forEach(
          Array.from({ length: 1_000 }, (_, index) => index),
          (index) => Effect.exit(enhance(`fox number ${index}`)),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust("2 minutes")
      const exits = yield* Fiber.join(calls)
      const paid = exits.filter(Exit.isSuccess).length
      const { chargedUsdMicros } = yield* MockHandle.use((it) => it.totals)
      assert.isAtLeast(paid, 3)
      assert.isBelow(paid, 1_000)
      assert.isAtMost(chargedUsdMicros, 20_000)
      const after = yield* totals
      assert.deepInclude(after, { reserved: 0, spent: chargedUsdMicros })
      assert.strictEqual(after.granted, after.available + after.spent)
    }).pipe(Effect.provide(world({ budget: { perDay: 20_000 }, deepseek: { rateLimit: [], concurrency: 1_000 } })))
  )

  it.effect("ends the retrying, says so, and says when it may go on", () =>
    Effect.gen(function* () {
      const failure = yield* throughTime(Effect.flip(enhance("a red fox")), 60)
      assert.deepInclude(failure, { _tag: "ApiError", attempts: 1, stoppedBy: "BudgetExhausted" })
      assert.isDefined(failure.retryAfter)
      assert.isAbove((yield* totals).estimated, 0)
    }).pipe(Effect.provide(Mock.layerWith({ scenario: "bad-json", settings: { budget: { perDay: 3_000 } } })))
  )

  it.effect("does not touch what the cache answers: a hit is not charged", () =>
    Effect.gen(function* () {
      yield* throughTime(enhance("a red fox"), 30)
      const before = yield* totals
      yield* budget({ perDay: 0, perCall: 0 })
      assert.strictEqual((yield* enhance("a red fox")).provenance._tag, "Cached")
      assert.deepStrictEqual(yield* totals, before)
    }).pipe(Effect.provide(world({})))
  )

  it.effect("refuses a model without a price, and sends it where none is set", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(enhance("a red fox"))).reason._tag, "PriceUnknown")
      assert.strictEqual((yield* asked).length, 0)
      // Without a budget it is sent: the provider is who does not know the model.
      yield* budget({ perMonth: "none" })
      assert.strictEqual((yield* Effect.flip(throughTime(enhance("a red fox"), 30))).reason._tag, "RequestRejected")
    }).pipe(Effect.provide(world({ budget: { perMonth: 1_000_000 }, deepseek: { model: "deepseek-unheard-of" } })))
  )
})

describe("a budget, for pictures", () => {
  it.effect("refuses on entry: no row remains, nothing is asked, and the idempotency key is free", () =>
    Effect.gen(function* () {
      const idempotencyKey = IdempotencyKey.make("order-1")
      const submit = ImageGenerator.use((it) => it.submit({ prompt: "a red fox" }, { idempotencyKey }))
      const rows = JobLedger.use((it) => it.list(defaultOwner))
      const refused = yield* Effect.flip(submit)
      assert.deepInclude(refused.reason, { _tag: "BudgetExhausted", neededUsdMicros: picture })
      // More than the whole budget: no day will allow it.
      assert.isFalse(refused.isRetryable)
      assert.deepStrictEqual(yield* rows, [])
      assert.strictEqual((yield* asked).length, 0)
      assert.deepInclude(yield* totals, { reserved: 0, spent: 0 })
      yield* budget({ perDay: picture, perCall: picture })
      yield* submit
      // The same job again asks for no more money.
      yield* submit
      assert.strictEqual((yield* rows).length, 1)
      assert.strictEqual((yield* totals).reserved, picture)
      const another = yield* Effect.flip(ImageGenerator.use((it) => it.submit({ prompt: "a blue fox" })))
      assert.isTrue(another.isRetryable)
      assert.deepStrictEqual(another.retryAfter, Duration.days(1))
      assert.strictEqual((yield* rows).length, 1)
      yield* TestClock.adjust("5 minutes")
      assert.deepInclude(yield* totals, { reserved: 0, spent: picture })
    }).pipe(Effect.provide(world({ budget: { perDay: picture - 1 } })))
  )

  it.effect("refuses an illustration before its enhancement is paid for", () =>
    Effect.gen(function* () {
      assert.deepInclude((yield* Effect.flip(illustrate)).reason, { _tag: "BudgetExhausted", budget: "perCall" })
      assert.strictEqual((yield* asked).length, 0)
      yield* budget({ perCall: "none", perDay: picture - 1 })
      assert.deepInclude((yield* Effect.flip(illustrate)).reason, { _tag: "BudgetExhausted", budget: "perDay" })
      assert.strictEqual((yield* asked).length, 0)
      assert.deepInclude(yield* totals, { reserved: 0, spent: 0 })
    }).pipe(Effect.provide(world({ budget: { perCall: picture - 1 } })))
  )

  it.effect("of a call counts all that is nested in it", () =>
    Effect.gen(function* () {
      // The bound of the enhancement fits, and the picture then fits into what is left of what it came to.
      const { cost } = yield* throughTime(illustrate, 200)
      assert.isAbove(cost.usdMicros ?? 0, picture)
      yield* budget({ perCall: cost.usdMicros ?? 0 })
      const again = Illustrator.use((it) => it.illustrate({ prompt: "a blue fox" }, { cache: "bypass" }))
      const whole = yield* throughTime(again, 200)
      assert.isAtMost(whole.cost.usdMicros ?? Number.NaN, (cost.usdMicros ?? 0) + 100)
      yield* budget({ perCall: 1_000 })
      assert.deepInclude((yield* Effect.flip(enhance("a grey fox"))).reason, {
        budget: "perCall",
        limitUsdMicros: 1_000
      })
    }).pipe(Effect.provide(world({})))
  )

  it.effect("uses what stands in, and says so: an earlier picture for one that may not be paid for", () =>
    Effect.gen(function* () {
      yield* throughTime(generate, 200)
      yield* budget({ perDay: picture })
      const events: Array<CallEvent> = []
      const image = yield* ImageGenerator.use((it) =>
        it.generate({ prompt: "a red fox" }, { accept: ["Live", "Cached"] })
      ).pipe(Effect.provideService(CallEvents, (event) => void events.push(event)))
      assert.strictEqual(image.provenance._tag, "Cached")
      assert.isTrue(events.some((it) => it._tag === "FellBack" && it.reason === "BudgetExhausted"))
      assert.strictEqual((yield* totals).spent, picture)
    }).pipe(Effect.provide(world({})))
  )

  it.effect("an enhancement that may not be paid for is the local template, and says so; the picture is made", () =>
    Effect.gen(function* () {
      const { enhanced, cost } = yield* throughTime(illustrate, 200)
      assert.deepInclude(enhanced?.provenance, { _tag: "Degraded", reason: "BudgetExhausted" })
      assert.strictEqual(cost.usdMicros, picture)
    }).pipe(Effect.provide(world({ budget: { perDay: picture } })))
  )
})
