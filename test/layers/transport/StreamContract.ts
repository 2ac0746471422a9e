/**
 * What every real transport must do with an answer that is read as it comes, over real sockets on loopback.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { type ExchangeRequest, Transport } from "../../../src/transport/Transport.ts"
import { limit, post, text } from "./Exchanges.ts"
import { httpServer, tcpServer, told } from "./Servers.ts"

const stream = (request: ExchangeRequest) => Transport.use((it) => it.stream(request))
const collect = (request: ExchangeRequest) =>
  Effect.scoped(
    Effect.flatMap(stream(request), ({ body, ...head }) =>
      Effect.map(Stream.runCollect(body), (chunks) => ({ ...head, body: text(Buffer.concat(chunks)) }))
    )
  )
const failure = (request: ExchangeRequest) => Effect.flip(collect(request))

export const suite = (name: string, layer: Layer.Layer<Transport>): void => {
  const test = (title: string, body: () => Effect.Effect<void, unknown, Transport | Scope.Scope>) =>
    it.effect(title, () => Effect.provide(body(), layer))

  describe(`${name} keeps the transport's contract for streams`, () => {
    test("hands on each piece when it comes, and asks for an event stream", () =>
      Effect.gen(function* () {
        const first = told<void>()
        const accepted: Array<string | undefined> = []
        const server = yield* httpServer((request, response) => {
          accepted.push(request.headers.accept)
          request.resume()
          response.writeHead(200, { "content-type": "text/event-stream" }).write("one ")
          Effect.runFork(Effect.map(first.heard, () => response.end("two")))
        })
        const heard: Array<string> = []
        const answer = yield* stream(post(server.origin))
        yield* Stream.runForEach(answer.body, (chunk) =>
          Effect.sync(() => {
            heard.push(text(chunk))
            first.tell()
          })
        )
        assert.strictEqual(answer.headers["content-type"], "text/event-stream")
        assert.deepStrictEqual(heard, ["one ", "two"])
        assert.deepStrictEqual(accepted, ["text/event-stream"])
      }))

    test("tells of sending, first byte and head, each once, in this order", () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const server = yield* httpServer((_request, response) => response.writeHead(200, { "x-a": "b" }).end("x"))
        const observer = {
          onSend: () => void events.push("send"),
          onFirstByte: () => void events.push("first byte"),
          onHead: (headers: Readonly<Record<string, string>>) => void events.push(`head ${headers["x-a"]}`)
        }
        yield* collect(post(server.origin, { observer }))
        assert.deepStrictEqual(events, ["send", "first byte", "head b"])
      }))

    test("a status of any kind is an answer, read to its end", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.writeHead(429).end("too many"))
        const answer = yield* collect(post(server.origin))
        assert.strictEqual(answer.status, 429)
        assert.strictEqual(answer.body, "too many")
      }))

    test("a connection is used again after its body was read to the end", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.end("x".repeat(200_000)))
        yield* Effect.forEach(Array.from({ length: 10 }), () => collect(post(server.origin)))
        assert.isAtMost(server.sockets.length, 2)
      }))

    test("whoever stops reading closes the socket", () =>
      Effect.gen(function* () {
        const closed = told<void>()
        const server = yield* httpServer((_request, response) => {
          response.on("close", () => closed.tell())
          response.writeHead(200).write("one")
        })
        yield* Effect.scoped(
          Effect.flatMap(stream(post(server.origin)), ({ body }) => Stream.runDrain(Stream.take(body, 1)))
        )
        yield* closed.heard
      }))

    test("a connection that is lost in the body is told as lost, after what came before it", () =>
      Effect.gen(function* () {
        const server = yield* tcpServer((socket) => {
          socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"))
        })
        const heard: Array<string> = []
        const exit = yield* Effect.flatMap(stream(post(server.origin)), ({ body }) =>
          Effect.exit(Stream.runForEach(body, (chunk) => Effect.sync(() => void heard.push(text(chunk)))))
        )
        const error = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : undefined
        assert.strictEqual(heard.join(""), "half")
        assert.strictEqual(error?._tag === "Some" ? error.value.reason._tag : "", "ConnectionLost")
      }))

    test("the time limit runs to the last byte, whatever trickles in", () =>
      Effect.gen(function* () {
        const came = told<void>()
        const server = yield* httpServer((_request, response) => {
          response.writeHead(200).write(": keep-alive\n\n")
        })
        const fiber = yield* Effect.forkChild(
          Effect.scoped(
            Effect.flatMap(stream(post(server.origin)), ({ body }) =>
              Effect.exit(Stream.runForEach(body, () => Effect.sync(() => came.tell())))
            )
          )
        )
        yield* came.heard
        yield* TestClock.adjust(limit)
        const exit = yield* Fiber.join(fiber)
        const error = Exit.isFailure(exit) ? Cause.findErrorOption(exit.cause) : undefined
        assert.deepStrictEqual(error?._tag === "Some" ? error.value.reason : undefined, {
          _tag: "TimedOut",
          phase: "body",
          limit: Duration.seconds(5)
        })
      }))

    test("a body longer than allowed ends there", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.end("x".repeat(50_000)))
        const error = yield* failure(post(server.origin, { maximumBytes: 10_000 }))
        assert.strictEqual(error.reason._tag, "IncompleteResponse")
      }))

    test("a credential for another origin is a defect, and nothing is sent", () =>
      Effect.gen(function* () {
        const server = yield* httpServer((_request, response) => response.end())
        const origin = "https://api.example.com"
        const credential = { origin, scheme: "Bearer" as const, key: Redacted.make("sk-canary") }
        const exit = yield* Effect.exit(Effect.scoped(stream(post(server.origin, { credential }))))
        assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
        assert.notInclude(String(exit), "sk-canary")
        assert.strictEqual(server.sockets.length, 0)
      }))
  })
}
