import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as diagnostics from "node:diagnostics_channel"
import type { LookupFunction, Socket } from "node:net"
import { gzipSync } from "node:zlib"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import { Transport } from "../../../src/transport/Transport.ts"
import { httpServer, tcpServer, tlsServer, told } from "./Servers.ts"
import { exchange, facts, failure, get, limit, post, text } from "./TransportContract.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Transport>, options: UndiciTransport.UndiciTransportOptions = {}) =>
  Effect.provide(effect, UndiciTransport.layerWith(options))

const failingLookup = (code: string): LookupFunction => (_hostname, _options, callback) =>
  callback(Object.assign(new Error("lookup"), { code }), "")

const toLoopback: LookupFunction = (_hostname, _options, callback) =>
  callback(null, [{ address: "127.0.0.1", family: 4 }])

/** The sockets that undici has connected since. */
const connectedSockets = Effect.acquireRelease(
  Effect.sync(() => {
    const sockets: Array<Socket> = []
    const listener = (message: unknown) => void sockets.push((message as { readonly socket: Socket }).socket)
    diagnostics.subscribe("undici:client:connected", listener)
    return { sockets, listener }
  }),
  ({ listener }) => Effect.sync(() => diagnostics.unsubscribe("undici:client:connected", listener))
)

describe("UndiciTransport", () => {
  it.effect("trap 4: the socket is closed when the interruption is over, and not later", () =>
    Effect.gen(function*() {
      const { sockets } = yield* connectedSockets
      const asked = told<void>()
      const server = yield* httpServer(() => asked.tell())
      const fiber = yield* Effect.forkChild(run(exchange(get(server.origin))))
      yield* asked.heard
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(sockets.map((socket) => socket.closed), [true])
    }))

  it.effect("trap 4: the socket is closed when a timeout, a limit or an error is reported, within a longer life", () =>
    Effect.gen(function*() {
      const { sockets } = yield* connectedSockets
      const asked = told<void>()
      const server = yield* httpServer((request, response) => {
        if (request.url === "/late") return asked.tell()
        if (request.url === "/long") return void response.end("x".repeat(2_000_000))
        request.socket.resetAndDestroy()
      })
      yield* run(Effect.gen(function*() {
        const late = yield* Effect.forkChild(failure(get(`${server.origin}/late`)))
        yield* asked.heard
        yield* TestClock.adjust(limit)
        assert.strictEqual((yield* Fiber.join(late)).reason._tag, "TimedOut")
        assert.deepStrictEqual(sockets.map((socket) => socket.closed), [true])
        assert.strictEqual((yield* failure(get(`${server.origin}/long`))).reason._tag, "IncompleteResponse")
        assert.deepStrictEqual(sockets.map((socket) => socket.closed), [true, true])
        assert.strictEqual((yield* failure(get(`${server.origin}/reset`))).reason._tag, "ConnectionLost")
        assert.deepStrictEqual(sockets.map((socket) => socket.closed), [true, true, true])
      }))
    }))

  it.effect("a connection is kept for the next exchange and closed with the layer", () =>
    Effect.gen(function*() {
      const { sockets } = yield* connectedSockets
      const server = yield* httpServer((_request, response) => response.writeHead(404).end("no"))
      yield* run(Effect.gen(function*() {
        yield* exchange(get(server.origin))
        yield* exchange(post(server.origin))
        assert.deepStrictEqual(sockets.map((socket) => socket.destroyed), [false])
      }))
      assert.deepStrictEqual(sockets.map((socket) => socket.closed), [true])
    }))

  it.effect("a paid submit never goes over a connection that was used before", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) => response.end())
      yield* run(Effect.gen(function*() {
        yield* exchange(post(server.origin))
        yield* exchange(post(server.origin, { operation: "submit" }))
        assert.strictEqual(server.sockets.length, 2)
        yield* exchange(post(server.origin))
        assert.strictEqual(server.sockets.length, 2)
      }))
    }))

  it.effect("a request lost on a kept connection counts as sent, and is not sent again", () =>
    Effect.gen(function*() {
      let requests = 0
      const server = yield* httpServer((request, response) => {
        requests += 1
        if (requests === 1) response.end()
        else request.socket.destroy()
      })
      const error = yield* run(Effect.andThen(exchange(post(server.origin)), failure(post(server.origin))))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
      assert.strictEqual(requests, 2)
    }))

  it.effect("a server that closes after its answer costs the next exchange a connection, nothing else", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) => response.writeHead(200, { connection: "close" }).end("x"))
      yield* run(Effect.forEach([1, 2, 3], () => exchange(get(server.origin))))
      assert.strictEqual(server.sockets.length, 3)
    }))

  it.effect("exchanges at the same time go over connections of their own", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((request, response) => response.end(request.url))
      const paths = Array.from({ length: 30 }, (_, index) => `/${index}`)
      const bodies = yield* run(Effect.forEach(paths, (path) =>
        Effect.map(exchange(get(server.origin + path)), (answer) => text(answer.body)), { concurrency: 30 }))
      assert.deepStrictEqual(bodies, paths)
      assert.strictEqual(server.sockets.length, 30)
    }))

  it.effect("a name that does not exist is told from a resolver that does not answer", () =>
    Effect.gen(function*() {
      const reasons = yield* Effect.forEach(["ENOTFOUND", "EAI_AGAIN"], (code) =>
        Effect.map(run(failure(get("https://api.provider.test/v1")), { lookup: failingLookup(code) }), facts))
      assert.deepStrictEqual(reasons, [
        { _tag: "DnsFailed", host: "api.provider.test", isTemporary: false, wasSent: false },
        { _tag: "DnsFailed", host: "api.provider.test", isTemporary: true, wasSent: false }
      ])
    }))

  it.effect("a resolver that hangs is a timeout while connecting", () =>
    Effect.gen(function*() {
      const looking = told<void>()
      const fiber = yield* Effect.forkChild(
        run(failure(get("https://api.provider.test")), { lookup: () => looking.tell() })
      )
      yield* looking.heard
      yield* TestClock.adjust(limit)
      assert.deepStrictEqual(facts(yield* Fiber.join(fiber)), {
        _tag: "TimedOut",
        phase: "connect",
        limit,
        wasSent: false
      })
    }))

  it.effect("a handshake that hangs is a timeout while connecting, and its socket is closed", () =>
    Effect.gen(function*() {
      const greeted = told<void>()
      const closed = told<void>()
      const server = yield* tcpServer((socket) => {
        socket.on("data", () => greeted.tell()).on("close", () => closed.tell())
      })
      const fiber = yield* Effect.forkChild(run(failure(post(`https://127.0.0.1:${server.port}`))))
      yield* greeted.heard
      yield* TestClock.adjust(limit)
      assert.deepInclude(facts(yield* Fiber.join(fiber)), { _tag: "TimedOut", phase: "connect", wasSent: false })
      yield* closed.heard
    }))

  it.effect("an interruption while connecting closes the socket", () =>
    Effect.gen(function*() {
      const greeted = told<void>()
      const closed = told<void>()
      const server = yield* tcpServer((socket) => {
        socket.on("data", () => greeted.tell()).on("close", () => closed.tell())
      })
      const fiber = yield* Effect.forkChild(run(exchange(post(`https://127.0.0.1:${server.port}`))))
      yield* greeted.heard
      yield* Fiber.interrupt(fiber)
      yield* closed.heard
    }))

  it.effect("a connection lost in the handshake was not sent", () =>
    Effect.gen(function*() {
      const server = yield* tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
      const error = yield* run(failure(post(`https://127.0.0.1:${server.port}`)))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "connect", wasSent: false })
    }))

  it.effect("no trusted and encrypted connection is TlsFailed, and nothing was sent", () =>
    Effect.gen(function*() {
      let requests = 0
      const server = yield* tlsServer((_request, response) => {
        requests += 1
        response.end("private")
      }, ["api.provider.test"])
      const plain = yield* httpServer((_request, response) => response.end())
      const trusting = { lookup: toLoopback, certificateAuthorities: [server.certificate] }
      const failures = yield* Effect.all([
        run(failure(post(`https://api.provider.test:${server.port}`)), { lookup: toLoopback }),
        run(failure(post(`https://other.provider.test:${server.port}`)), trusting),
        run(failure(post(`https://127.0.0.1:${plain.port}`)))
      ])
      assert.deepStrictEqual(failures.map((error) => [error.reason._tag, error.wasSent]), [
        ["TlsFailed", false],
        ["TlsFailed", false],
        ["TlsFailed", false]
      ])
      assert.strictEqual(requests, 0)
      const answer = yield* run(exchange(post(`https://api.provider.test:${server.port}`)), trusting)
      assert.strictEqual(text(answer.body), "private")
    }))

  it.effect("what is no HTTP is a lost connection", () =>
    Effect.gen(function*() {
      const server = yield* tcpServer((socket) => socket.once("data", () => socket.write("SSH-2.0-OpenSSH_9.6\r\n")))
      const error = yield* run(failure(get(server.origin)))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "headers", wasSent: true })
    }))

  it.effect("an interim answer (103) is the first byte, and not the answer", () =>
    Effect.gen(function*() {
      let firstBytes = 0
      const server = yield* tcpServer((socket) =>
        socket.once("data", () =>
          socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
      )
      const observer = { onSend: () => undefined, onFirstByte: () => void (firstBytes += 1) }
      const answer = yield* run(exchange(get(server.origin, { observer })))
      assert.deepStrictEqual([answer.status, text(answer.body), firstBytes], [200, "ok", 1])
    }))

  it.effect("a compressed answer that nobody asked for is understood", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) =>
        response.writeHead(429, { "content-encoding": "gzip" }).end(gzipSync("{\"error\":1}"))
      )
      const answer = yield* run(exchange(get(server.origin)))
      assert.deepStrictEqual([answer.status, text(answer.body)], [429, "{\"error\":1}"])
    }))

  it.effect("trap 50: a compressed bomb is refused at the limit, with its status", () =>
    Effect.gen(function*() {
      const bomb = gzipSync(Buffer.alloc(20_000_000))
      const server = yield* httpServer((_request, response) =>
        response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)
      )
      const error = yield* run(failure(get(server.origin, { maximumBytes: 1_000_000 })))
      assert.deepInclude(facts(error), { _tag: "IncompleteResponse", bytes: bomb.length, wasSent: true })
      assert.strictEqual(error.status, 200)
    }))

  it.effect("trap 60: an observer that throws is a defect, and nothing is sent", () =>
    Effect.gen(function*() {
      let requests = 0
      const server = yield* httpServer((_request, response) => {
        requests += 1
        response.end()
      })
      const observer = {
        onSend: () => {
          throw new Error("observer")
        },
        onFirstByte: () => undefined
      }
      const exit = yield* Effect.exit(run(exchange(get(server.origin, { observer }))))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.strictEqual(requests, 0)
    }))

  it.effect("a limit of many days is a limit, and not over at once (trap 7)", () =>
    Effect.gen(function*() {
      const server = yield* httpServer((_request, response) => response.end("x"))
      const answer = yield* run(exchange(get(server.origin, { timeout: Duration.days(60) })))
      assert.strictEqual(text(answer.body), "x")
    }))

  it.effect("an HTTPS_PROXY that can not be understood stops the layer, and is not printed", () =>
    Effect.gen(function*() {
      const environment = { HTTPS_PROXY: "socks5://user:canary@proxy.test" }
      const exit = yield* Effect.exit(run(Effect.void, { environment }))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.notInclude(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "canary")
    }))
})
