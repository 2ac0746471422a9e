/** The traps of money: budgets that race, money that floats, estimates that stay, costs of failures that nobody counts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../mock-layers/Mock.ts"
import { MockHandle } from "../../mock-layers/MockHandle.ts"
import type { Scenario } from "../../mock-layers/simulation/Script.ts"
import { CallId, defaultOwner } from "../../schemas/Identifiers.ts"
import type { SettingsDocument } from "../../schemas/Settings.ts"
import { PromptEnhancer } from "../../src/enhancement/PromptEnhancer.ts"
import { Illustrator } from "../../src/illustration/Illustrator.ts"
import { CostLedger } from "../../src/money/CostLedger.ts"
import { LiveSettings } from "../../src/settings/LiveSettings.ts"
import { readForm } from "../../src/settings/VariableForm.ts"
import { CallEvents } from "../../src/telemetry/CallEvents.ts"
import { throughTime } from "../support/ThroughTime.ts"

const enhance = (prompt: string) => PromptEnhancer.use((it) => it.enhance({ prompt }))
const totals = CostLedger.use((it) => it.totals())
const charged = Effect.map(
  MockHandle.use((it) => it.totals),
  (it) => it.chargedUsdMicros
)

const flat = (output: number): NonNullable<SettingsDocument["prices"]> => ({
  asOf: "2026-11-24",
  chat: {
    "deepseek-flash": [{ validFrom: "2026-11-01", offPeak: { cacheHit: 0, cacheMiss: 0, output } }]
  }
})

describe("money", () => {
  it.effect("prices that change while a request is under way: it is settled at those it was reserved at", () =>
    Effect.gen(function* () {
      const first = yield* Effect.forkChild(enhance("a red fox"), { startImmediately: true })
      const { reserved } = yield* totals
      assert.isAbove(reserved, 0)
      yield* LiveSettings.use((it) => it.update({ prices: flat(1_000) }))
      yield* TestClock.adjust("30 seconds")
      const cheap = yield* Fiber.join(first)
      assert.isAtMost(cheap.cost.usdMicros ?? Number.NaN, reserved)
      const dear = yield* throughTime(enhance("a blue fox"))
      assert.isTrue(dear._tag === "Success" && (dear.success.cost.usdMicros ?? 0) > reserved)
      assert.strictEqual((yield* totals).reserved, 0)
    }).pipe(Effect.provide(Mock.layerWith({ latency: 1_000, settings: { prices: flat(0.01) } })))
  )

  it.effect("three tenths are three times a tenth: money does not float", () =>
    Effect.gen(function* () {
      const ledger = yield* CostLedger
      const purpose = {
        callId: CallId.make("call_1"),
        owner: defaultOwner,
        provider: "deepseek",
        operation: "chat"
      } as const
      const tenth = { usdMicros: Number(readForm("dollars", "0.1")), basis: "measured" } as const
      for (let index = 0; index < 3; index++) yield* ledger.reserve(purpose, tenth, 1_000)
      const more = { usdMicros: 1, basis: "measured" } as const
      assert.strictEqual((yield* Effect.flip(ledger.reserve(purpose, more, 1_000)))._tag, "BudgetExhausted")
      assert.strictEqual((yield* totals).reserved, 300_000)
    }).pipe(Effect.provide(Mock.layerWith({ settings: { budget: { perDay: Number(readForm("budget", "0.3")) } } })))
  )

  it.effect.each(["bad-json", "blank-200", "missing-fields", "truncated-body", "flaky"] satisfies Array<Scenario>)(
    "%s: what failed attempts cost is counted, and never less than the provider charges",
    (scenario) =>
      Effect.gen(function* () {
        for (let index = 0; index < 5; index++) yield* throughTime(enhance(`fox ${index}`), 120)
        const { available, granted, reserved, spent } = yield* totals
        assert.isAtLeast(spent, yield* charged)
        assert.strictEqual(reserved, 0)
        assert.strictEqual(granted, available + spent)
      }).pipe(Effect.provide(Mock.layerWith({ scenario })))
  )

  it.effect.each(["unauthorized", "no-balance", "rate-limited"] satisfies Array<Scenario>)(
    "%s: what was reserved for a request that was surely not processed is free again",
    (scenario) =>
      Effect.gen(function* () {
        yield* throughTime(enhance("a red fox"), 120)
        assert.deepInclude(yield* totals, { reserved: 0, spent: yield* charged })
      }).pipe(Effect.provide(Mock.layerWith({ scenario })))
  )
})

describe("money", () => {
  it.effect("an observer that throws at everything loses no money", () =>
    Effect.gen(function* () {
      const result = yield* throughTime(enhance("a red fox"))
      const spent = result._tag === "Success" ? (result.success.cost.usdMicros ?? 0) : 0
      assert.isAbove(spent, 0)
      assert.deepInclude(yield* totals, { reserved: 0, spent })
      assert.strictEqual(spent, yield* charged)
    }).pipe(
      Effect.provideService(CallEvents, () => {
        throw new Error("a broken observer")
      }),
      Effect.provide(Mock.layer)
    )
  )
})

describe("interrupted at any instant", () => {
  const Instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30_000 }))
  it.effect.prop(
    "a call leaves nothing reserved, spends no less than was charged, and money is conserved",
    [Instant, Schema.Literals(["enhance", "illustrate"])],
    ([millis, what]) =>
      Effect.gen(function* () {
        const illustrate = Illustrator.use((it) => it.illustrate({ prompt: "a red fox" }))
        const call: Effect.Effect<unknown, unknown, Illustrator | PromptEnhancer> =
          what === "enhance" ? enhance("a red fox") : illustrate
        const fiber = yield* Effect.forkChild(Effect.exit(call), { startImmediately: true })
        yield* TestClock.adjust(millis)
        const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
        // A job that was accepted goes on, and is settled at its end.
        yield* TestClock.adjust("20 minutes")
        yield* Fiber.join(interrupting)
        const { available, granted, reserved, spent } = yield* totals
        assert.strictEqual(reserved, 0)
        assert.isAtLeast(spent, yield* charged)
        assert.strictEqual(granted, available + spent)
      }).pipe(
        Effect.provide(Mock.layerWith({ latency: 3_000, settings: { nanobanana: { priceUpperBound: 40_000 } } }))
      ),
    { arbitrary: { runs: 40 } }
  )
})
