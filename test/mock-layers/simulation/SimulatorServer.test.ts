import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import * as net from "node:net"
import OpenAI from "openai"
import * as SimulatorServer from "../../../mock-layers/simulation/SimulatorServer.ts"
import { chatBody, type JsonValue } from "./Ask.ts"

const get = (url: string, init?: RequestInit) =>
  Effect.promise(async (signal) => {
    const answer = await fetch(url, { ...init, signal })
    return { status: answer.status, json: (await answer.json()) as JsonValue }
  })

const post = (url: string, body: unknown) =>
  get(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) })

const submitTo = (baseUrl: string) =>
  get(`${baseUrl}/generate-2`, {
    method: "POST",
    headers: { authorization: "Bearer canary-key" },
    body: '{"prompt":"a cat"}'
  })

const completionFrom = (baseURL: string) =>
  Effect.promise(async () => {
    const client = new OpenAI({ apiKey: "canary-key", baseURL, maxRetries: 0 })
    try {
      const answer = await client.chat.completions.create(
        chatBody() as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming
      )
      return { content: answer.choices[0]?.message.content ?? "", tokens: answer.usage?.total_tokens ?? 0 }
    } catch (error) {
      return error as InstanceType<typeof OpenAI.APIError>
    }
  })

/** A raw request whose answer has begun; `closed` ends with its socket. */
const hangingRequest = (port: number) =>
  new Promise<{ readonly socket: net.Socket; readonly closed: Promise<void> }>((resolve) => {
    const socket = net.connect(port, "127.0.0.1")
    const closed = new Promise<void>((end) => socket.once("close", () => end()))
    socket.on("error", () => undefined)
    socket.once("data", () => resolve({ socket, closed }))
    socket.write(
      "POST /deepseek/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n{}"
    )
  })

describe("SimulatorServer", () => {
  it.live("gives the published openai client a completion, and DeepSeek's errors", () =>
    Effect.gen(function* () {
      const { baseUrls, handle } = yield* SimulatorServer.make({ latency: 0 })
      const completion = yield* completionFrom(baseUrls.deepseek)
      assert.isTrue("content" in completion && completion.content.includes("a cat in space") && completion.tokens > 20)
      const errorIn = (scenario: "unauthorized" | "no-balance" | "rate-limited" | "down") =>
        Effect.gen(function* () {
          yield* handle.setScript({ scenario })
          const error = yield* completionFrom(`${baseUrls.deepseek}/v1`)
          return "status" in error
            ? { name: error.constructor.name, status: error.status, message: error.message }
            : undefined
        })
      assert.strictEqual((yield* errorIn("unauthorized"))?.name, "AuthenticationError")
      assert.deepStrictEqual(yield* errorIn("no-balance"), {
        name: "APIError",
        status: 402,
        message: "402 Insufficient Balance"
      })
      const limited = yield* errorIn("rate-limited")
      assert.strictEqual(limited?.name, "RateLimitError")
      assert.match(limited?.message ?? "", /concurrency limit of 39/)
      assert.strictEqual((yield* errorIn("down"))?.status, 503)
    })
  )

  it.live("tells requests, accepted submits and money, and never a key", () =>
    Effect.gen(function* () {
      const { baseUrls, controlUrl } = yield* SimulatorServer.make({ latency: 0, imageUsdMicros: 39_000 })
      yield* submitTo(baseUrls.nanobananaapi)
      yield* submitTo(baseUrls.nanobananaapi)
      yield* get(`${baseUrls.nanobananaapi}/record-info?taskId=1`)
      const { json } = yield* get(`${controlUrl}/ledger`)
      const totals: unknown = [json.requests, json.acceptedSubmits, json.chargedUsdMicros, json.entries?.length]
      assert.deepStrictEqual(totals, [3, 2, 78_000, 3])
      assert.strictEqual(`${json.entries?.[0 as never]?.body?.prompt}`, "a cat")
      assert.notInclude(JSON.stringify(json), "canary-key")
    })
  )

  it.live("changes the script while it runs, and refuses one that can not be played", () =>
    Effect.gen(function* () {
      const { baseUrls, controlUrl } = yield* SimulatorServer.make({ latency: 0 })
      const changed = yield* post(`${controlUrl}/script`, { scenario: "down", retryAfter: "2" })
      const { latency, scenario } = changed.json
      assert.deepStrictEqual([changed.status, scenario, latency] as unknown, [200, "down", 0])
      assert.strictEqual((yield* submitTo(baseUrls.nanobananaapi)).status, 503)
      for (const bad of [
        { scenario: "sunny" },
        { failureRate: 2 },
        { seed: 4 },
        { faults: [{ fault: "x" }] },
        [],
        "{"
      ]) {
        const refused = yield* post(`${controlUrl}/script`, bad)
        assert.strictEqual(refused.status, 400)
        assert.match(`${refused.json.error}`, /expected/)
      }
      assert.strictEqual(`${(yield* get(`${controlUrl}/script`)).json.scenario}`, "down")
    })
  )

  it.live("forgets on reset, and knows no other path", () =>
    Effect.gen(function* () {
      const { baseUrls, controlUrl } = yield* SimulatorServer.make({ latency: 0 })
      yield* submitTo(baseUrls.nanobananaapi)
      assert.strictEqual(Number((yield* post(`${controlUrl}/reset`, {})).json.requests), 0)
      assert.strictEqual((yield* get(`${controlUrl}/other`)).status, 404)
      assert.strictEqual((yield* get(baseUrls.deepseek)).status, 404)
    })
  )

  it.live("serves the files it names", () =>
    Effect.gen(function* () {
      const { baseUrls } = yield* SimulatorServer.make({ latency: 0 })
      const { json } = yield* submitTo(baseUrls.nanobananaapi)
      const state = yield* get(`${baseUrls.nanobananaapi}/record-info?taskId=${json.data?.taskId}`, {
        headers: { authorization: "Bearer canary-key" }
      })
      const url = `${state.json.data?.response?.resultImageUrl}`
      const file = yield* Effect.promise(async () => new Uint8Array(await (await fetch(url)).arrayBuffer()))
      assert.strictEqual(Buffer.from(file.slice(0, 3)).toString("hex"), "ffd8ff")
    })
  )

  it.live("tells the fullest window of an operation, and when each request was counted", () =>
    Effect.gen(function* () {
      const { baseUrls, controlUrl } = yield* SimulatorServer.make({ latency: 0 })
      for (let count = 0; count < 3; count++) yield* submitTo(baseUrls.nanobananaapi)
      const largest = (query: string) => get(`${controlUrl}/windows?${query}`)
      const minute = yield* largest("operation=submit&window=1%20minute")
      assert.deepStrictEqual(minute.json as unknown, { operation: "submit", windowMillis: 60_000, largestCount: 3 })
      assert.strictEqual(Number((yield* largest("operation=submit&window=0.000001")).json.largestCount), 1)
      assert.strictEqual(Number((yield* largest("operation=chat&window=1000")).json.largestCount), 0)
      const { countedAt } = (yield* get(`${controlUrl}/instants?operation=submit`)).json
      const [first, second] = countedAt as unknown as ReadonlyArray<number>
      assert.strictEqual(first, 0)
      assert.isAbove(second ?? 0, 0)
      for (const bad of ["operation=submit", "operation=dance&window=1", "operation=submit&window=soon"]) {
        const refused = yield* largest(bad)
        assert.strictEqual(refused.status, 400)
        assert.match(`${refused.json.error}`, /expected/)
      }
    })
  )

  it.live("counts who is in flight until the last byte, or until the socket is closed", () =>
    Effect.gen(function* () {
      const { baseUrls, controlUrl, handle, port } = yield* SimulatorServer.make({ latency: 60 })
      const inFlight = Effect.map(get(`${controlUrl}/totals`), ({ json }) => [
        Number(json.inFlight?.nanobanana),
        Number(json.largestInFlight?.nanobanana)
      ])
      yield* Effect.forEach([1, 2, 3], () => submitTo(baseUrls.nanobananaapi), { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* inFlight, [0, 3])
      yield* handle.setScript({ scenario: "keep-alive-forever" })
      const hanging = yield* Effect.promise(() => hangingRequest(port))
      assert.strictEqual((yield* handle.totals).inFlight.deepseek, 1)
      hanging.socket.destroy()
      yield* Effect.repeat(handle.totals, {
        until: (it) => it.inFlight.deepseek === 0,
        schedule: Schedule.spaced("5 millis")
      })
    })
  )

  it.live("counts what was sent though its sender has hung up on the way", () =>
    Effect.gen(function* () {
      const { baseUrls, handle } = yield* SimulatorServer.make({ latency: 0, transit: { there: 150, back: 100 } })
      const begin = Date.now()
      yield* submitTo(baseUrls.nanobananaapi)
      assert.isAtLeast(Date.now() - begin, 245)
      const gone = yield* Effect.option(Effect.timeout(submitTo(baseUrls.nanobananaapi), 60))
      assert.strictEqual(gone._tag, "None")
      yield* Effect.repeat(handle.totals, {
        until: (it) => it.acceptedSubmits === 2,
        schedule: Schedule.spaced("5 millis")
      })
    })
  )

  it.live("closes open connections with its scope", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { port } = yield* SimulatorServer.make({ scenario: "keep-alive-forever" }).pipe(Scope.provide(scope))
      const hanging = yield* Effect.promise(() => hangingRequest(port))
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(() => hanging.closed)
      const refused = yield* Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            net.connect(port, "127.0.0.1").once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""))
          })
      )
      assert.strictEqual(refused, "ECONNREFUSED")
    })
  )

  it.live("fails with a configuration error for a port or options that can not be used", () =>
    Effect.gen(function* () {
      const { port } = yield* SimulatorServer.make()
      const problemOf = (options: object) =>
        Effect.map(Effect.flip(SimulatorServer.make(options)), ({ problems }) => problems[0]?.name)
      assert.strictEqual(yield* problemOf({ port }), "port")
      assert.strictEqual(yield* problemOf({ port: -1 }), "port")
      assert.strictEqual(yield* problemOf({ failureRate: 2 }), "failureRate")
      assert.strictEqual(yield* problemOf({ scenari: "down" }), "scenari")
    }).pipe(Effect.scoped)
  )
})
