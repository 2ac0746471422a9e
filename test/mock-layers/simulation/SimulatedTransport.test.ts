import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { makeSimulatedTransport, simulatedFileBaseUrl } from "../../../mock-layers/simulation/SimulatedTransport.ts"
import type { DownloadRequest, ExchangeRequest } from "../../../src/transport/Transport.ts"
import type { TransportFailed } from "../../../src/transport/TransportFailed.ts"
import { chatBody, exchange, simulate } from "./Ask.ts"

type Options = Parameters<typeof simulate>[0]

const deepSeekUrl = "https://api.deepseek.com/chat/completions"
const nanoBananaUrl = "https://api.nanobananaapi.ai/api/v1/nanobanana"

const world = (options: Options = {}) => {
  const simulation = simulate(options)
  return { simulation, transport: makeSimulatedTransport(simulation) }
}

const failureOf = (exit: Exit.Exit<unknown, TransportFailed>): TransportFailed => {
  if (Exit.isFailure(exit)) {
    const [reason] = exit.cause.reasons
    if (reason?._tag === "Fail") return reason.error
  }
  throw new Error("expected a failure")
}

const chatWith = (options: Options, change: Partial<ExchangeRequest> = {}) => {
  const { simulation, transport } = world(options)
  return { simulation, run: transport.exchange(exchange("deepseek", "chat", "POST", deepSeekUrl, chatBody(), change)) }
}

const after = <A, E>(effect: Effect.Effect<A, E>, time: Duration.Input) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
    yield* TestClock.adjust(time)
    return fiber.pollUnsafe()
  })

const downloadOf = (url: string, change: Partial<DownloadRequest> = {}): DownloadRequest => ({
  provider: "nanobanana",
  url,
  allowLoopback: false,
  resultHosts: [],
  timeout: Duration.seconds(60),
  maximumBytes: 64 * 1024 * 1024,
  ...change
})

const pictureUrl = (options: Options = {}) =>
  Effect.gen(function* () {
    const { simulation, transport } = world({ ...options, latency: { submit: 0, status: 0, job: 0, download: 100 } })
    const submitted = yield* transport.exchange(
      exchange("nanobanana", "submit", "POST", `${nanoBananaUrl}/generate-2`, { prompt: "a" })
    )
    const { data } = JSON.parse(Buffer.from(submitted.body).toString())
    const state = yield* transport.exchange(
      exchange("nanobanana", "status", "GET", `${nanoBananaUrl}/record-info?taskId=${data.taskId}`)
    )
    const url: string = JSON.parse(Buffer.from(state.body).toString()).data.response.resultImageUrl
    return { simulation, transport, url }
  })

describe("the simulated Transport", () => {
  it.effect("answers when its latency has passed, and not before", () =>
    Effect.gen(function* () {
      const { run } = chatWith({ latency: 700 })
      assert.isUndefined(yield* after(run, 699))
      const exit = yield* after(chatWith({ latency: 700 }).run, 705)
      assert.isTrue(exit !== undefined && Exit.isSuccess(exit) && exit.value.status === 200)
    })
  )

  it.effect("tells the observer of sending and of the first byte, once and in order", () =>
    Effect.gen(function* () {
      const heard: Array<string> = []
      const observer = { onSend: () => void heard.push("send"), onFirstByte: () => void heard.push("first byte") }
      const fiber = yield* Effect.forkChild(chatWith({ latency: 500 }, { observer }).run, { startImmediately: true })
      assert.deepStrictEqual(heard, ["send"])
      yield* TestClock.adjust(1_000)
      assert.deepStrictEqual(heard, ["send", "first byte"])
      yield* Fiber.join(fiber)
    })
  )

  it.effect("ends in time however blank lines drip in, and says that the body was not finished", () =>
    Effect.gen(function* () {
      for (const scenario of ["keep-alive-forever", "slow-drip"] as const) {
        const exit = yield* after(chatWith({ scenario }, { timeout: Duration.seconds(12) }).run, "12 seconds")
        assert.isDefined(exit)
        const failure = failureOf(exit as never)
        assert.deepStrictEqual(failure.reason, { _tag: "TimedOut", phase: "body", limit: Duration.seconds(12) })
        assert.deepStrictEqual([failure.wasSent, failure.status], [true, 200])
      }
    })
  )

  it.effect("ends in time when nothing comes at all", () =>
    Effect.gen(function* () {
      const exit = yield* after(
        chatWith({ faults: [{ fault: "silence" }] }, { timeout: Duration.seconds(5) }).run,
        "5 seconds"
      )
      assert.deepStrictEqual(failureOf(exit as never).reason, {
        _tag: "TimedOut",
        phase: "headers",
        limit: Duration.seconds(5)
      })
    })
  )

  it.effect("does not send at all when no time is left", () =>
    Effect.gen(function* () {
      const { run, simulation } = chatWith({}, { timeout: Duration.zero })
      const failure = failureOf(yield* Effect.exit(run))
      assert.deepStrictEqual(
        [failure.reason._tag, failure.wasSent, simulation.ledger.totals.requests],
        ["TimedOut", false, 0]
      )
    })
  )

  it.effect("counts bytes as they come", () =>
    Effect.gen(function* () {
      const exact = yield* Effect.exit(chatWith({ latency: 0 }).run)
      const length = Exit.isSuccess(exact) ? exact.value.body.length : 0
      const enough = yield* Effect.exit(chatWith({ latency: 0 }, { maximumBytes: length }).run)
      assert.isTrue(Exit.isSuccess(enough))
      const failure = failureOf(yield* Effect.exit(chatWith({ latency: 0 }, { maximumBytes: length - 1 }).run))
      assert.strictEqual(failure.reason._tag, "IncompleteResponse")
      assert.notInclude(JSON.stringify(failure.reason), "space")
    })
  )

  it.effect("loses connections before and in the middle of the answer", () =>
    Effect.gen(function* () {
      const phaseOf = (fault: "reset" | "lost-answer" | "truncated-body") =>
        Effect.map(Effect.exit(chatWith({ latency: 0, faults: [{ fault }] }).run), (exit) => {
          const { reason, wasSent } = failureOf(exit)
          return reason._tag === "ConnectionLost" && wasSent ? reason.phase : reason._tag
        })
      assert.deepStrictEqual(
        [yield* phaseOf("reset"), yield* phaseOf("lost-answer"), yield* phaseOf("truncated-body")],
        ["headers", "headers", "body"]
      )
    })
  )

  it.effect("refuses a connection with nothing sent", () =>
    Effect.gen(function* () {
      const { run, simulation } = chatWith({ faults: [{ fault: "refused" }] })
      const failure = failureOf(yield* Effect.exit(run))
      assert.deepStrictEqual(failure.reason, { _tag: "ConnectionRefused", host: "api.deepseek.com" })
      assert.isFalse(failure.wasSent)
      assert.strictEqual(simulation.ledger.totals.chargedUsdMicros, 0)
    })
  )

  it.effect("has charged a submit that is interrupted after it was sent", () =>
    Effect.gen(function* () {
      const { simulation, transport } = world()
      const fiber = yield* Effect.forkChild(
        transport.exchange(exchange("nanobanana", "submit", "POST", `${nanoBananaUrl}/generate-2`, { prompt: "a" })),
        { startImmediately: true }
      )
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(simulation.ledger.totals.acceptedSubmits, 1)
    })
  )

  it.effect("never carries a key to a foreign origin, and keeps none in its ledger", () =>
    Effect.gen(function* () {
      const { run, simulation } = chatWith({ latency: 0 })
      yield* run
      assert.notInclude(JSON.stringify(simulation.ledger.entries), "canary-key")
      const credential = {
        origin: "https://elsewhere.test",
        scheme: "Bearer",
        key: Redacted.make("canary-key")
      } as const
      const exit = yield* Effect.exit(chatWith({}, { credential }).run)
      assert.isTrue(Exit.isFailure(exit) && exit.cause.reasons[0]?._tag === "Die")
    })
  )

  it.effect("routes by the end of the path, and tells the two image protocols apart", () =>
    Effect.gen(function* () {
      const { simulation, transport } = world({ latency: 0 })
      const ask = (method: "GET" | "POST" | "DELETE", url: string, body?: unknown) =>
        transport.exchange(exchange("nanobanana", method === "POST" ? "submit" : "status", method, url, body))
      yield* ask("POST", "https://api.nanobanana.com/v1/generate", { prompt: "a" })
      yield* ask("GET", "https://api.nanobanana.com/v1/jobs/1")
      yield* ask("POST", "http://127.0.0.1:1/x/y/generate", { prompt: "a", type: "TEXTTOIAMGE" })
      yield* ask("POST", `${nanoBananaUrl}/generate-pro`, { prompt: "a" })
      yield* transport.exchange(exchange("deepseek", "probe", "GET", "https://api.deepseek.com/v1/models"))
      assert.deepStrictEqual(
        simulation.ledger.entries.map((it) => `${it.service} ${it.path} ${it.status}`),
        [
          "generic /generate 200",
          "generic /jobs/1 404",
          "nanobananaapi /generate 200",
          "nanobananaapi /generate-pro 200",
          "deepseek /models 200"
        ]
      )
    })
  )

  it.effect("downloads the file it gave out, whole", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { transport, url } = yield* pictureUrl()
        assert.isTrue(url.startsWith(simulatedFileBaseUrl))
        const read = Effect.scoped(
          Effect.flatMap(transport.download(downloadOf(url)), ({ body, headers }) =>
            Effect.map(Stream.runCollect(body), (chunks) => ({ bytes: Buffer.concat(chunks), headers }))
          )
        )
        const fiber = yield* Effect.forkChild(read, { startImmediately: true })
        yield* TestClock.adjust(5_000)
        const { bytes, headers } = yield* Fiber.join(fiber)
        assert.strictEqual(headers["content-length"], String(bytes.length))
        assert.isAbove(bytes.length, 10_000)
      })
    )
  )

  it.effect("ends a download in time, at the limit, and at a lost connection", () =>
    Effect.gen(function* () {
      const failureWith = (options: Options, change: Partial<DownloadRequest>) =>
        Effect.gen(function* () {
          const { transport, url } = yield* pictureUrl(options)
          const read = Effect.scoped(
            Effect.flatMap(transport.download(downloadOf(url, change)), ({ body }) => Stream.runDrain(body))
          )
          return failureOf((yield* after(read, "2 minutes")) as never).reason
        })
      const drip = yield* failureWith({ faults: [{ fault: "slow-drip", operation: "download" }] }, {})
      assert.deepStrictEqual(drip, { _tag: "TimedOut", phase: "body", limit: Duration.seconds(60) })
      const silence = yield* failureWith({ faults: [{ fault: "silence", operation: "download" }] }, {})
      assert.deepStrictEqual(silence, { _tag: "TimedOut", phase: "headers", limit: Duration.seconds(60) })
      const tooLong = yield* failureWith({}, { maximumBytes: 1_000 })
      assert.strictEqual(tooLong._tag === "ImageRejected" ? tooLong.problem : tooLong._tag, "TooManyBytes")
      const cut = yield* failureWith({ faults: [{ fault: "truncated-body", operation: "download" }] }, {})
      assert.strictEqual(cut._tag, "ConnectionLost")
    })
  )

  it.effect("fetches from nowhere but its own files, and refuses what the live transport refuses", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { simulation, transport } = world()
        const reasonFor = (url: string) =>
          Effect.map(Effect.flip(transport.download(downloadOf(url))), (it) => it.reason._tag)
        assert.strictEqual(yield* reasonFor("http://169.254.169.254/latest"), "ImageRejected")
        assert.strictEqual(yield* reasonFor("https://10.0.0.1/x.png"), "ImageRejected")
        assert.strictEqual(yield* reasonFor("https://example.com/x.png"), "DnsFailed")
        assert.strictEqual(simulation.ledger.totals.requests, 0)
      })
    )
  )
})
