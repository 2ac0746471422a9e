import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as UndiciTransport from "../../../layers/transport/UndiciTransport.ts"
import type { Transport } from "../../../src/transport/Transport.ts"
import { exchange, facts, failure, get, failingLookup, limit, lookupTo, post, text } from "./Exchanges.ts"
import { httpServer, tcpServer, tlsServer, told } from "./Servers.ts"

const run = <A, E>(effect: Effect.Effect<A, E, Transport>, options: UndiciTransport.UndiciTransportOptions = {}) =>
  Effect.provide(effect, UndiciTransport.layerWith(options))

describe("UndiciTransport, connecting", () => {
  it.effect("a name that does not exist is told from a resolver that does not answer", () =>
    Effect.gen(function* () {
      const reasons = yield* Effect.forEach(["ENOTFOUND", "EAI_AGAIN"], (code) =>
        Effect.map(run(failure(get("https://api.provider.test/v1")), { lookup: failingLookup(code) }), facts)
      )
      assert.deepStrictEqual(reasons, [
        { _tag: "DnsFailed", host: "api.provider.test", isTemporary: false, wasSent: false },
        { _tag: "DnsFailed", host: "api.provider.test", isTemporary: true, wasSent: false }
      ])
    })
  )

  it.effect("a resolver that hangs is a timeout while connecting", () =>
    Effect.gen(function* () {
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
    })
  )

  it.effect("a handshake that hangs is a timeout while connecting, and its socket is closed", () =>
    Effect.gen(function* () {
      const greeted = told<void>()
      const closed = told<void>()
      const server = yield* tcpServer((socket) => {
        socket.on("data", () => greeted.tell()).on("close", () => closed.tell())
      })
      yield* run(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(failure(post(`https://127.0.0.1:${server.port}`)))
          yield* greeted.heard
          yield* TestClock.adjust(limit)
          assert.deepInclude(facts(yield* Fiber.join(fiber)), { _tag: "TimedOut", phase: "connect", wasSent: false })
          yield* closed.heard
        })
      )
    })
  )

  it.effect("an interruption while connecting closes the socket", () =>
    Effect.gen(function* () {
      const greeted = told<void>()
      const closed = told<void>()
      const server = yield* tcpServer((socket) => {
        socket.on("data", () => greeted.tell()).on("close", () => closed.tell())
      })
      yield* run(
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(exchange(post(`https://127.0.0.1:${server.port}`)))
          yield* greeted.heard
          yield* Fiber.interrupt(fiber)
          yield* closed.heard
        })
      )
    })
  )

  it.effect("a connection lost in the handshake was not sent", () =>
    Effect.gen(function* () {
      const server = yield* tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy()))
      const error = yield* run(failure(post(`https://127.0.0.1:${server.port}`)))
      assert.deepInclude(facts(error), { _tag: "ConnectionLost", phase: "connect", wasSent: false })
    })
  )

  it.effect("no trusted and encrypted connection is TlsFailed, and nothing was sent", () =>
    Effect.gen(function* () {
      let requests = 0
      const server = yield* tlsServer(
        (_request, response) => {
          requests += 1
          response.end("private")
        },
        ["api.provider.test"]
      )
      const plain = yield* httpServer((_request, response) => response.end())
      const trusting = { lookup: lookupTo("127.0.0.1"), certificateAuthorities: [server.certificate] }
      const failures = yield* Effect.all([
        run(failure(post(`https://api.provider.test:${server.port}`)), { lookup: lookupTo("127.0.0.1") }),
        run(failure(post(`https://other.provider.test:${server.port}`)), trusting),
        run(failure(post(`https://127.0.0.1:${plain.port}`)))
      ])
      assert.deepStrictEqual(
        failures.map((error) => [error.reason._tag, error.wasSent]),
        [
          ["TlsFailed", false],
          ["TlsFailed", false],
          ["TlsFailed", false]
        ]
      )
      assert.strictEqual(requests, 0)
      const answer = yield* run(exchange(post(`https://api.provider.test:${server.port}`)), trusting)
      assert.strictEqual(text(answer.body), "private")
    })
  )

  it.effect("an HTTPS_PROXY that can not be understood stops the layer, and is not printed", () =>
    Effect.gen(function* () {
      const environment = { HTTPS_PROXY: "socks5://user:canary@proxy.test" }
      const exit = yield* Effect.exit(run(Effect.void, { environment }))
      assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
      assert.notInclude(Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "", "canary")
    })
  )
})
