/**
 * What every real transport must do, over real sockets on loopback. Time is the test's own: the servers tell when
 * something has come, and then the clock is moved.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type * as Scope from "effect/Scope"
import type { Transport } from "../../../src/transport/Transport.ts"
import { userAgent } from "../../../src/transport/UserAgent.ts"
import { exchange, facts, failure, get, limit, post, text } from "./Exchanges.ts"
import { closedPort, headersOf, httpServer, tcpServer, told } from "./Servers.ts"

/** In what the transports differ, as documented. */
export interface TransportTraits {
  /** A host's client does not say when it writes: everything counts as sent. */
  readonly alwaysSent: boolean
  /** Headers that the host's client adds by itself. */
  readonly addedHeaders: ReadonlyArray<string>
}

export const suite = (name: string, layer: Layer.Layer<Transport>, traits: TransportTraits): void => {
  const test = (title: string, body: () => Effect.Effect<void, unknown, Transport | Scope.Scope>) =>
    it.effect(title, () => Effect.provide(body(), layer))
  const ours = (headers: Record<string, string | undefined>) =>
    Object.fromEntries(Object.entries(headers).filter(([header]) => !traits.addedHeaders.includes(header)))

  describe(`${name} keeps the transport's contract`, () => {
    test("gives the whole answer, with header names in lower case", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((request, response) => {
          let body = ""
          request.on("data", (chunk: Buffer) => (body += chunk.toString()))
          request.on("end", () =>
            response.writeHead(201, { "X-Request-ID": "r1", "X-Many": ["a", "b"] }).end(`${request.method} ${body}`)
          )
        })
        const answer = yield* exchange(post(`${server.origin}/v1/chat?x=1`))
        assert.strictEqual(answer.status, 201)
        assert.strictEqual(answer.headers["x-request-id"], "r1")
        assert.strictEqual(answer.headers["x-many"], "a, b")
        assert.strictEqual(text(answer.body), 'POST {"question":1}')
      }))

    test("sends exactly the documented headers, without a trace, within a span", () =>
      Effect.gen(function* () {
        const seen: Array<Record<string, string | undefined>> = []
        const server = yield* httpServer((request, response) => {
          seen.push(ours(headersOf(request)))
          request.resume()
          response.end()
        })
        const credential = { origin: server.origin, scheme: "Bearer" as const, key: Redacted.make("sk-canary") }
        yield* Effect.gen(function* () {
          yield* exchange(post(server.origin, { credential }))
          yield* exchange(get(server.origin))
          yield* exchange(get(server.origin, { method: "DELETE", operation: "cancel", credential }))
        }).pipe(Effect.withSpan("caller"))

        const always = { accept: "application/json", "user-agent": userAgent }
        const authorization = "Bearer sk-canary"
        assert.deepStrictEqual(seen, [
          { ...always, authorization, "content-type": "application/json" },
          always,
          { ...always, authorization }
        ])
      }))

    test("a credential for another origin is a defect, and nothing is sent", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.end())
        const credential = {
          origin: "https://api.example.com",
          scheme: "Bearer" as const,
          key: Redacted.make("sk-canary")
        }
        const exit = yield* Effect.exit(exchange(get(server.origin, { credential })))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.notInclude(String(exit), "sk-canary")
        assert.strictEqual(server.sockets.length, 0)
      }))

    test("a redirect is an answer and is not followed", () =>
      Effect.gen(function* () {
        let requests = 0
        const server = yield* httpServer((_request, response) => {
          requests += 1
          response.writeHead(307, { location: "/elsewhere" }).end()
        })
        const answer = yield* exchange(get(server.origin))
        assert.strictEqual(answer.status, 307)
        assert.strictEqual(answer.headers["location"], "/elsewhere")
        assert.strictEqual(requests, 1)
      }))

    test("tells of sending before the first byte, each once, before the answer", () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const server = yield* httpServer((_request, response) => {
          events.push("server")
          response.end("x")
        })
        const observer = {
          onSend: () => void events.push("send"),
          onFirstByte: () => void events.push("first byte")
        }
        yield* exchange(get(server.origin, { observer }))
        assert.deepStrictEqual(events, ["send", "server", "first byte"])
      }))

    test("error answers are read to their end, and their connection is used again", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.writeHead(500).end("x".repeat(100_000)))
        yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Effect.map(exchange(get(server.origin)), (answer) => assert.strictEqual(answer.body.length, 100_000))
        )

        assert.isAtMost(server.sockets.length, 2)
      }))

    test("an endless body is cut at the limit, and its socket closed", () =>
      Effect.gen(function* () {
        const closed = told<void>()
        const server = yield* httpServer((_request, response) => {
          const chunk = Buffer.alloc(16_384, 120)
          const pour = () => {
            while (!response.destroyed && response.write(chunk));
          }
          response.on("drain", pour).on("close", () => closed.tell())
          pour()
        })
        const error = yield* failure(get(server.origin, { maximumBytes: 100_000 }))
        assert.strictEqual(error.reason._tag, "IncompleteResponse")
        assert.strictEqual(error.status, 200)
        assert.isTrue(error.wasSent)
        yield* closed.heard
      }))

    test("a body shorter than announced is a lost connection, not an answer", () =>
      Effect.gen(function* () {
        const server = yield* tcpServer((socket) => {
          socket.once("data", () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"half":'))
        })
        const error = yield* failure(get(server.origin))
        assert.strictEqual(error.reason._tag, "ConnectionLost")
        assert.strictEqual(error.reason._tag === "ConnectionLost" && error.reason.phase, "body")
        assert.strictEqual(error.status, 200)
      }))

    test("bytes beyond the announced length reach no later exchange", () =>
      Effect.gen(function* () {
        const smuggled = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
        const server = yield* tcpServer((socket) => {
          socket.once("data", () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue${smuggled}`))
        })
        const bodies = yield* Effect.forEach([1, 2], () => Effect.result(exchange(get(server.origin))))
        for (const body of bodies) {
          if (body._tag === "Success") assert.strictEqual(text(body.success.body), "true")
        }
        assert.isTrue(bodies[0]?._tag === "Success")
      }))

    test("names a refused connection", () =>
      Effect.gen(function* () {
        const error = yield* failure(get(`http://127.0.0.1:${yield* closedPort}`))
        assert.deepStrictEqual(facts(error), {
          _tag: "ConnectionRefused",
          host: "127.0.0.1",
          wasSent: traits.alwaysSent
        })
      }))

    test("a reset before the request was read counts as sent", () =>
      Effect.gen(function* () {
        const accepted = told<() => void>()
        const server = yield* tcpServer((socket) => accepted.tell(() => socket.resetAndDestroy()), {
          pauseOnConnect: true
        })
        const sent = told<void>()
        const observer = { onSend: () => sent.tell(), onFirstByte: () => undefined }
        const fiber = yield* Effect.forkChild(failure(post(server.origin, { observer })))
        yield* sent.heard
        const reset = yield* accepted.heard
        reset()
        const error = yield* Fiber.join(fiber)
        assert.deepInclude(facts(error), { _tag: "ConnectionLost", wasSent: true })
      }))

    test("a reset after the request was read counts as sent, and is sent once", () =>
      Effect.gen(function* () {
        let requests = 0
        const server = yield* httpServer((request) => {
          requests += 1
          request.socket.resetAndDestroy()
        })
        const error = yield* failure(post(server.origin))
        assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
        assert.strictEqual(requests, 1)
      }))

    test("without an answer the time runs out in the headers", () =>
      Effect.gen(function* () {
        const asked = told<void>()
        const closed = told<void>()
        const server = yield* httpServer((request) => {
          request.socket.on("close", () => closed.tell())
          asked.tell()
        })
        const fiber = yield* Effect.forkChild(failure(get(server.origin)))
        yield* asked.heard
        yield* TestClock.adjust(limit)
        assert.deepStrictEqual(facts(yield* Fiber.join(fiber)), {
          _tag: "TimedOut",
          phase: "headers",
          limit,
          wasSent: true
        })
        yield* closed.heard
      }))

    test("blank keep-alive lines after the headers do not keep an exchange alive", () =>
      Effect.gen(function* () {
        const answering = told<(line: string) => void>()
        const closed = told<void>()
        const first = told<void>()
        const server = yield* httpServer((_request, response) => {
          response.writeHead(200).write("\n")
          response.on("close", () => closed.tell())
          answering.tell((line) => response.write(line))
        })
        const observer = { onSend: () => undefined, onFirstByte: () => first.tell() }
        const fiber = yield* Effect.forkChild(failure(get(server.origin, { observer })))
        const write = yield* answering.heard
        yield* first.heard
        for (let line = 0; line < 9; line += 1) {
          yield* TestClock.adjust(Duration.millis(500))
          write("\n")
        }
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust(Duration.millis(500))
        const error = yield* Fiber.join(fiber)
        assert.deepStrictEqual(facts(error), { _tag: "TimedOut", phase: "body", limit, wasSent: true })
        assert.strictEqual(error.status, 200)
        yield* closed.heard
      }))

    test("an interrupted exchange is closed at the server", () =>
      Effect.gen(function* () {
        const asked = told<void>()
        const closed = told<void>()
        const server = yield* httpServer((request) => {
          request.socket.on("close", () => closed.tell())
          asked.tell()
        })
        const fiber = yield* Effect.forkChild(exchange(get(server.origin)))
        yield* asked.heard
        yield* Fiber.interrupt(fiber)
        yield* closed.heard
      }))

    test("with no time left nothing is sent", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.end())
        const error = yield* failure(get(server.origin, { timeout: Duration.zero }))
        assert.deepStrictEqual(facts(error), {
          _tag: "TimedOut",
          phase: "connect",
          limit: Duration.zero,
          wasSent: false
        })
        assert.strictEqual(server.sockets.length, 0)
      }))
  })
}
