/** What stands in for an enhancement that can not be had, and what does not. */
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import { TestClock } from "effect/testing"
import * as Mock from "../../../mock-layers/Mock.ts"
import type { FaultKind } from "../../../mock-layers/simulation/Script.ts"
import { PromptEnhancer } from "../../../src/enhancement/PromptEnhancer.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { recordCalls } from "../../support/CallRecorder.ts"
import { asking, chatDoor, chatFault, chats, enhance, locally, pass, prompt } from "./SimulatedEnhancer.ts"

/** An answer is kept, a day and an hour pass, and now every completion meets the fault. */
const afterADay = (fault: FaultKind, time: Duration.Input = "25 hours") =>
  Effect.gen(function* () {
    const kept = yield* enhance()
    yield* TestClock.adjust(time)
    yield* chatFault(fault)
    return kept
  })

const anything = { accept: ["Live", "Cached", "Stale", "Degraded"] } as const

describe("a stale answer", () => {
  it.effect.each([
    ["server-error", "ServerFailed", 4],
    ["unavailable", "ServiceUnavailable", 4],
    ["reset", "ConnectionLost", 4],
    ["rate-limited", "RateLimited", 4],
    ["bad-json", "MalformedResponse", 4],
    ["unauthorized", "KeyRejected", 1],
    ["no-balance", "InsufficientBalance", 1]
  ] as const)("stands in after %s, with its age, the reason, and what was tried", ([fault, reason, attempts]) =>
    Effect.gen(function* () {
      const kept = yield* afterADay(fault)
      const before = yield* CostLedger.use((it) => it.totals())
      const stale = yield* enhance()
      const after = yield* CostLedger.use((it) => it.totals())
      assert.strictEqual(stale.prompt, kept.prompt)
      assert.deepInclude(stale.provenance, { _tag: "Stale", reason })
      const hours = stale.provenance._tag === "Stale" ? Duration.toHours(stale.provenance.age) : 0
      assert.isTrue(hours >= 25 && hours < 25.1)
      assert.strictEqual(stale.attempts, attempts)
      assert.strictEqual(stale.cost.usdMicros, after.spent - before.spent)
      assert.strictEqual(yield* chats, attempts + 1)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("does not hide that the key is refused: the failed attempt stands in the log, and the fallback too", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      yield* afterADay("unauthorized")
      yield* Effect.provide(enhance(), Logger.layer([Logger.make((it) => lines.push(Logger.formatJson.log(it)))]))
      const failed = lines.find((it) => it.includes("attempt failed"))
      assert.include(failed, "KeyRejected")
      assert.include(
        lines.find((it) => it.includes("fell back")),
        "StaleAnswer"
      )
      for (const line of lines) assert.notInclude(line, prompt)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("stands in for seven days, and no longer", () =>
    Effect.gen(function* () {
      const almost = Duration.minutes(7 * 24 * 60 - 2)
      yield* afterADay("server-error", almost)
      assert.strictEqual((yield* enhance({}, { attemptLimit: 1 })).provenance._tag, "Stale")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Effect.flip(enhance())).reason._tag, "ServerFailed")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("does not become young by standing in", () =>
    Effect.gen(function* () {
      yield* afterADay("server-error")
      yield* enhance()
      yield* TestClock.adjust("1 hour")
      const again = yield* enhance()
      assert.isAbove(again.provenance._tag === "Stale" ? Duration.toHours(again.provenance.age) : 0, 26)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("stands in only for who takes it, and not where the cache is bypassed", () =>
    Effect.gen(function* () {
      yield* afterADay("unavailable")
      for (const options of [{ accept: ["Live", "Cached"] }, { accept: ["Live"] }, { cache: "bypass" }] as const) {
        const failure = yield* Effect.flip(enhance({}, { ...options, attemptLimit: 1 }))
        assert.strictEqual(failure._tag === "ApiError" && failure.reason._tag, "ServiceUnavailable")
      }
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("stands in for who asked anew, also where it is not a day old", () =>
    Effect.gen(function* () {
      yield* afterADay("unavailable", "1 hour")
      const stale = yield* enhance({}, { cache: "fresh" })
      assert.deepInclude(stale.provenance, { _tag: "Stale", reason: "ServiceUnavailable" })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("stands in at once, and without an attempt, where the circuit is open", () =>
    Effect.gen(function* () {
      yield* afterADay("refused")
      yield* pass(asking(), "2 seconds")
      const asked = yield* chats
      const stale = yield* asking()
      assert.deepInclude(stale.provenance, { _tag: "Stale", reason: "CircuitOpen", mode: "WithoutEnhancement" })
      assert.deepInclude(stale, { attempts: 0, cost: { usdMicros: 0, basis: "measured" } })
      assert.strictEqual(yield* chats, asked)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("stands in for each of those who shared the flight, by what each takes", () =>
    Effect.gen(function* () {
      yield* afterADay("unauthorized")
      const results = yield* pass(
        Effect.all([asking(), asking({}, { accept: ["Live"] }), asking()].map(Effect.result), { concurrency: 3 })
      )
      assert.deepStrictEqual(
        results.map((it) => (it._tag === "Success" ? it.success.attempts : it.failure.reason._tag)),
        [1, "KeyRejected", 0]
      )
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("the local template", () => {
  it.effect("stands in where nothing is kept, for who takes `Degraded` only", () =>
    Effect.gen(function* () {
      yield* chatFault("no-balance")
      const degraded = yield* enhance({}, anything)
      assert.deepInclude(degraded, {
        prompt: locally,
        model: "local-template",
        provenance: { _tag: "Degraded", reason: "InsufficientBalance" },
        shortened: false,
        isSimulated: true
      })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("gives way to a stale answer", () =>
    Effect.gen(function* () {
      const kept = yield* afterADay("server-error")
      assert.strictEqual((yield* enhance({}, anything)).prompt, kept.prompt)
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("gives way to the raw prompt where it would be too long, and that is cut where it is, too", () =>
    Effect.gen(function* () {
      yield* chatFault("server-error")
      const raw = yield* enhance({}, { ...anything, maximumCharacters: prompt.length })
      assert.deepInclude(raw, { prompt, model: "raw-prompt", shortened: false })
      const cut = yield* enhance({}, { ...anything, maximumCharacters: prompt.length - 1 })
      assert.deepInclude(cut, { prompt: "a red fox in the", model: "raw-prompt", shortened: true })
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("each fallback is told, with the reason", () =>
    Effect.gen(function* () {
      const told = yield* recordCalls((events) =>
        Effect.gen(function* () {
          yield* afterADay("server-error")
          yield* enhance({}, anything)
          yield* enhance({ prompt: "a blue fox" }, anything)
          yield* enhance({}, { ...anything, maximumCharacters: 30 })
          return events.flatMap((it) => (it._tag === "FellBack" ? [[it.to, it.reason]] : []))
        })
      )
      assert.deepStrictEqual(
        told.map(([to]) => to),
        ["StaleAnswer", "LocalTemplate", "RawPrompt"]
      )
      assert.strictEqual(told[0]?.[1], "ServerFailed")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("nothing stands in", () => {
  it.effect("for what the provider's content policy refuses", () =>
    Effect.gen(function* () {
      yield* afterADay("content-blocked")
      assert.strictEqual((yield* Effect.flip(enhance({}, anything))).reason._tag, "ContentRejected")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("for bad input", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(
        pass(PromptEnhancer.use((it) => it.enhance({ prompt: "" }, { accept: ["Live", "Degraded"] })))
      )
      assert.strictEqual(failure.reason._tag, "InputRejected")
    }).pipe(Effect.provide(Mock.layer))
  )

  it.effect("once the deadline of the whole call has passed", () =>
    Effect.gen(function* () {
      yield* afterADay("keep-alive-forever")
      assert.strictEqual((yield* Effect.flip(enhance({}, anything))).reason._tag, "TimedOut")
    }).pipe(Effect.provide(Mock.layer))
  )
})

describe("a refusal of ours", () => {
  it.effect("falls back like a failure: a person took DeepSeek out of service, our limit is too near", () =>
    Effect.gen(function* () {
      const kept = yield* enhance()
      yield* TestClock.adjust("25 hours")
      const { circuit } = yield* chatDoor
      circuit.isolate(0)
      const isolated = yield* asking()
      assert.strictEqual(isolated.prompt, kept.prompt)
      assert.deepInclude(isolated.provenance, { _tag: "Stale", reason: "Isolated", mode: "WithoutEnhancement" })
      circuit.reset(0)
      yield* enhance({ prompt: "takes the only permit" })
      const limited = yield* asking()
      assert.deepInclude(limited.provenance, { _tag: "Stale", reason: "RateLimitExceeded" })
      assert.notProperty(limited.provenance, "mode")
    }).pipe(Effect.provide(Mock.layerWith({ settings: { deepseek: { rateLimit: { requests: 1, window: 86_400 } } } })))
  )
})
