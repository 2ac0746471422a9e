import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { defaultOwner, Owner } from "../../../schemas/Identifiers.ts"
import { OverviewReport } from "../../../schemas/Overview.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { ImageGenerator } from "../../../src/image/ImageGenerator.ts"
import { Overview } from "../../../src/overview/Overview.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"

const prompt = "a canary prompt of a red fox"
const snapshot = (owner: Owner = defaultOwner) => Overview.use((it) => it.snapshot(owner))
const enhance = PromptEnhancer.use((it) => it.enhance({ prompt }, { cache: "bypass" }))

/** Lets the time go by that a call takes. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect)
    yield* TestClock.adjust("40 seconds")
    return yield* Fiber.join(fiber)
  })

/** Lets a second go by, so that the next snapshot is another one. */
const later = TestClock.adjust("1 second")

const operationOf = (report: OverviewReport, name: string) =>
  report.accounts.flatMap(({ operations }) => operations).find(({ operation }) => operation === name)!

describe("Overview", () => {
  it.effect("shows requests, money and jobs of a healthy run, and goes over the wire as it stands", () =>
    Effect.gen(function* () {
      yield* snapshot()
      yield* inTime(ImageGenerator.use((it) => it.generate({ prompt })))
      yield* inTime(enhance)
      const report = yield* snapshot()
      assert.strictEqual(report.mode, "simulated")
      assert.strictEqual(operationOf(report, "chat").lastMinute.calls, 1)
      assert.isAbove(operationOf(report, "chat").tiers[0]!.used, 0)
      const [job] = report.jobs
      assert.strictEqual(job!.state, "Stored")
      assert.strictEqual(job!.picture!.path, `/v1/images/${job!.id}`)
      const { spent } = yield* CostLedger.use((it) => it.totals())
      assert.isAbove(spent, 0)
      assert.strictEqual(report.money.today.spentUsdMicros, spent)
      assert.strictEqual(
        report.traffic.calls.reduce((sum, it) => sum + it, 0),
        report.totals.calls
      )
      assert.deepStrictEqual(Schema.decodeUnknownSync(OverviewReport)(JSON.parse(JSON.stringify(report))), report)
      assert.notInclude(JSON.stringify(report), "canary")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("shows a failed call with its reason and the price of its retry, and what was refused", () =>
    Effect.gen(function* () {
      yield* snapshot()
      yield* inTime(Effect.flip(enhance))
      yield* Effect.flip(PromptEnhancer.use((it) => it.enhance({ prompt: "" })))
      yield* later
      const { deadLetters, reasons, totals, traffic } = yield* snapshot()
      assert.deepStrictEqual(
        deadLetters.map(({ kind, outcome, reason, refusal }) => ({ kind, outcome, reason, refusal })),
        [{ kind: "Enhancement", outcome: "Refused", reason: "ServiceUnavailable", refusal: null }]
      )
      assert.isAbove(deadLetters[0]!.price!.highest.usdMicros!, 0)
      assert.deepStrictEqual(reasons, [
        { reason: "InputRejected", family: "Rejection", count: 1 },
        { reason: "ServiceUnavailable", family: "ApiError", count: 1 }
      ])
      assert.strictEqual(totals.failed, 1)
      assert.strictEqual(
        traffic.failed.reduce((sum, it) => sum + it, 0),
        1
      )
    }).pipe(
      Effect.provide(
        Mock.layerWith({
          settings: { deepseek: { retryLimit: 0 } },
          faults: [{ fault: "unavailable", operation: "chat", times: 1 }]
        })
      )
    )
  )

  it.effect("shows a circuit since when it is open, a limit that is full until when, and who waits", () =>
    Effect.gen(function* () {
      yield* snapshot()
      yield* inTime(enhance)
      const waiting = yield* Effect.forkChild(
        PromptEnhancer.use((it) => it.enhance({ prompt }, { cache: "bypass", priority: "high" }))
      )
      yield* TestClock.adjust("5 seconds")
      const control = yield* AdmissionControl
      control.door("nanobanana", "submit").circuit.isolate(0)
      yield* later
      const report = yield* snapshot()
      const chat = operationOf(report, "chat")
      assert.deepStrictEqual(chat.queue, {
        high: 1,
        normal: 0,
        low: 0,
        limit: chat.queue.limit,
        oldestWaitMillis: 6_000
      })
      assert.strictEqual(chat.tiers[0]!.used, 1)
      // One request in any minute: the place is free a minute after the first was answered, and the clock's margin later.
      assert.isAtLeast(chat.tiers[0]!.freesAt!, 60_000)
      assert.isAtMost(chat.tiers[0]!.freesAt!, 61_000)
      assert.deepStrictEqual(operationOf(report, "submit").circuit, { state: "Isolated", since: 45_000, until: null })
      assert.include(
        report.alerts.map(({ name }) => name),
        "CircuitOpened"
      )
      assert.strictEqual(report.health.providers.find(({ provider }) => provider === "nanobanana")?.reason, "Isolated")
      yield* Fiber.interrupt(waiting)
    }).pipe(
      Effect.provide(
        Mock.layerWith({ settings: { deepseek: { timeout: 90_000, rateLimit: { requests: 1, window: 60 } } } })
      )
    )
  )

  it.effect("shows one owner nothing of another's jobs, failed calls and money", () =>
    Effect.gen(function* () {
      const owner = Owner.make("other")
      yield* inTime(ImageGenerator.use((it) => it.generate({ prompt }, { owner })))
      yield* inTime(PromptEnhancer.use((it) => it.enhance({ prompt }, { owner })))
      const theirs = yield* snapshot(owner)
      const ours = yield* snapshot()
      assert.strictEqual(theirs.jobs.length, 1)
      assert.isAbove(theirs.money.today.spentUsdMicros, 0)
      assert.deepStrictEqual([ours.jobs, ours.deadLetters], [[], []])
      assert.strictEqual(ours.money.today.spentUsdMicros, 0)
      const budgets = (report: OverviewReport) =>
        report.alerts.flatMap(({ name, subject }) => (name === "BudgetUse" ? [subject] : []))
      assert.deepStrictEqual(budgets(theirs), ["perOwnerPerDay other"])
      assert.deepStrictEqual(budgets(ours), [])
      const { snapshots } = yield* Overview
      const told = yield* Stream.runHead(snapshots(defaultOwner))
      assert.deepStrictEqual(budgets(Option.getOrThrow(told)), [])
    }).pipe(
      Effect.provide(
        Mock.layerWith({ settings: { budget: { perOwnerPerDay: 44_000 }, nanobanana: { priceUpperBound: 40_000 } } })
      )
    )
  )

  it.effect("gives everybody who asks within a second the same snapshot", () =>
    Effect.gen(function* () {
      const [first, second] = yield* Effect.all([snapshot(), snapshot()], { concurrency: 2 })
      yield* TestClock.adjust(Duration.millis(999))
      const third = yield* snapshot()
      yield* TestClock.adjust(Duration.millis(1))
      const fourth = yield* snapshot()
      assert.strictEqual(first, second)
      assert.strictEqual(first, third)
      assert.notStrictEqual(first, fourth)
    }).pipe(Effect.provide(Mock.layer))
  )
})
