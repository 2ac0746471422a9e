import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as Mock from "../../../mock-layers/Mock.ts"
import { MockHandle } from "../../../mock-layers/MockHandle.ts"
import type { SimulationDocument } from "../../../mock-layers/simulation/Script.ts"
import { makeChatStreams, type StreamedPart } from "../../../src/chat/StreamChat.ts"
import { CostLedger } from "../../../src/money/CostLedger.ts"
import { AdmissionControl } from "../../../src/pipeline/AdmissionControl.ts"
import type { ChatRequest } from "../../../src/provider/deepseek/DeepSeek.ts"

const question: ChatRequest = {
  model: "deepseek-flash",
  messages: [{ role: "user", content: "a red fox in the snow" }],
  temperature: 1,
  maximumTokens: 500,
  thinking: false,
  answerFormat: "text"
}

const asking = () => Effect.succeed(question)

const textOf = (parts: ReadonlyArray<StreamedPart>) => parts.map((it) => (it._tag === "Text" ? it.text : "")).join("")

const under = <A, E>(
  simulation: SimulationDocument,
  body: Effect.Effect<A, E, Effect.Services<typeof makeChatStreams> | MockHandle | CostLedger | AdmissionControl>
) => Effect.provide(body, Mock.layerWith({ latency: 0, ...simulation }))

/** Runs it while time passes, in steps that let whoever was woken go on. */
const throughTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    for (let step = 0; step < 400 && fiber.pollUnsafe() === undefined; step++) {
      yield* Effect.promise(() => new Promise(setImmediate))
      yield* TestClock.adjust("500 millis")
    }
    return yield* Fiber.join(fiber)
  })

const leftBehind = Effect.gen(function* () {
  const { room } = yield* AdmissionControl.use((it) => Effect.succeed(it.door("deepseek", "chat")))
  const { inFlight } = yield* MockHandle.use((it) => it.totals)
  return { slots: room.bulkhead.inUse, inFlight: inFlight.deepseek }
})
const nothing = { slots: 0, inFlight: 0 }

describe("a streamed completion", () => {
  it.effect("comes in pieces, ends with its usage, and is settled by what was charged", () =>
    under(
      {},
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        const parts = yield* throughTime(Stream.runCollect(stream(asking, {})))
        assert.isAbove(parts.filter((it) => it._tag === "Text").length, 3)
        assert.include(textOf(parts), "a red fox in the snow")
        assert.deepStrictEqual(
          parts.slice(-2).map((it) => it._tag),
          ["Finished", "Settled"]
        )
        const end = parts.at(-1)
        const { chargedUsdMicros } = yield* MockHandle.use((it) => it.totals)
        assert.deepStrictEqual(end?._tag === "Settled" ? end.cost.usdMicros : null, chargedUsdMicros)
        assert.deepStrictEqual(yield* leftBehind, nothing)
      })
    )
  )

  it.effect("the first piece is passed on before the rest has come", () =>
    under(
      { latency: 10_000 },
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        const heard: Array<StreamedPart> = []
        const fiber = yield* Effect.forkChild(
          Stream.runForEach(stream(asking, {}), (part) => Effect.sync(() => void heard.push(part))),
          { startImmediately: true }
        )
        yield* TestClock.adjust("6 seconds")
        assert.isAbove(heard.length, 0)
        assert.isFalse(heard.some((it) => it._tag === "Finished"))
        yield* TestClock.adjust("10 seconds")
        yield* Fiber.join(fiber)
        assert.strictEqual(heard.at(-1)?._tag, "Settled")
      })
    )
  )

  it.effect("whoever takes a piece and leaves ends the request, gives all back, and has paid the bound", () =>
    under(
      { latency: 10_000 },
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        yield* throughTime(Stream.runDrain(Stream.take(stream(asking, {}), 1)))
        assert.deepStrictEqual(yield* leftBehind, nothing)
        const [line] = yield* CostLedger.use((it) => it.lines({}))
        assert.isAbove(line?.spent ?? 0, 0)
        assert.strictEqual(line?.reserved, 0)
      })
    )
  )

  for (const [fault, reason] of [
    ["truncated-body", "ConnectionLost"],
    ["missing-done", "IncompleteResponse"],
    ["stalled-stream", "TimedOut"],
    ["malformed-chunk", "MalformedResponse"],
    ["error-chunk", "ServerFailed"]
  ] as const) {
    it.effect(`${fault}: a stream that breaks off after its first piece fails, and is not sent again`, () =>
      under(
        { seed: 3, faults: [{ fault }] },
        Effect.gen(function* () {
          const { stream } = yield* makeChatStreams
          const heard: Array<StreamedPart> = []
          const asked = Stream.runForEach(stream(asking, {}), (part) => Effect.sync(() => void heard.push(part)))
          const failure = yield* throughTime(Effect.flip(asked))
          assert.strictEqual(failure.reason._tag, reason)
          assert.isAbove(heard.length, 0)
          assert.isFalse(heard.some((it) => it._tag === "Finished"))
          assert.strictEqual((yield* MockHandle.use((it) => it.totals)).requests, 1)
          assert.strictEqual(failure._tag === "ApiError" ? failure.cost?.basis : undefined, "estimated")
          assert.deepStrictEqual(yield* leftBehind, nothing)
        })
      )
    )

    it.effect(`${fault}: a completion that is taken whole is asked for again`, () =>
      under(
        { seed: 3, faults: [{ fault, times: 1 }] },
        Effect.gen(function* () {
          const { whole } = yield* makeChatStreams
          const parts = yield* throughTime(whole(asking, { deadline: Duration.minutes(5) }))
          assert.strictEqual(textOf(parts).split("a red fox").length, 2)
          assert.strictEqual((yield* MockHandle.use((it) => it.totals)).requests, 2)
          assert.deepStrictEqual(yield* leftBehind, nothing)
        })
      )
    )
  }

  it.effect("a refusal before the first piece is retried, and nothing is heard twice", () =>
    under(
      { faults: [{ fault: "unavailable", times: 1 }] },
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        const parts = yield* throughTime(Stream.runCollect(stream(asking, {})))
        assert.strictEqual(textOf(parts).split("a red fox").length, 2)
        const end = parts.at(-1)
        assert.strictEqual(end?._tag === "Settled" ? end.attempts : 0, 2)
      })
    )
  )

  it.effect("without a usage the bound is paid, as an estimate", () =>
    under(
      { faults: [{ fault: "missing-usage" }] },
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        const end = (yield* throughTime(Stream.runCollect(stream(asking, {})))).at(-1)
        assert.strictEqual(end?._tag === "Settled" ? end.cost.basis : "", "estimated")
      })
    )
  )

  it.effect("comments without end are no progress", () =>
    under(
      { scenario: "keep-alive-forever" },
      Effect.gen(function* () {
        const { stream } = yield* makeChatStreams
        const failure = yield* throughTime(Effect.flip(Stream.runDrain(stream(asking, {}))))
        assert.strictEqual(failure.reason._tag, "TimedOut")
      })
    )
  )
})
